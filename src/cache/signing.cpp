#include "cache/signing.hpp"

#include "registry/url.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#define OPENSSL_SUPPRESS_DEPRECATED // as in archive/sha256.cpp
#include <openssl/evp.h>
#include <openssl/md5.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>

namespace nixbuild::cache {

namespace {

constexpr std::size_t seed_size = 32;
// libsodium's form of a secret key: the seed, and the public key behind it.
constexpr std::size_t key_size = 64;

std::optional<std::string> from_base64(std::string_view text) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  unsigned count = 0;
  while (text.ends_with('='))
    text.remove_suffix(1);
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U | static_cast<unsigned>(value)) & 0xFFFFU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFFU);
  }
  return bytes;
}

std::string_view as_text(std::span<const unsigned char> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

std::string nix_base32(std::string_view hex) {
  constexpr std::string_view alphabet = "0123456789abcdfghijklmnpqrsvwxyz";
  std::vector<unsigned> bytes(hex.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, bytes[i], 16);
  std::string text;
  for (std::size_t n = (bytes.size() * 8 + 4) / 5; n-- > 0;) {
    const std::size_t byte = n * 5 / 8;
    const std::size_t bit = n * 5 % 8;
    const unsigned next = byte + 1 < bytes.size() ? bytes[byte + 1] : 0;
    text += alphabet[(bytes[byte] >> bit | next << (8 - bit)) & 0x1FU];
  }
  return text;
}

std::vector<std::string> references_of(const nix::Closure& closure, const nix::ClosurePath& path) {
  std::vector<std::string> references;
  for (const std::size_t index : path.references)
    references.push_back(closure.paths[index].path);
  if (path.refers_to_itself) references.push_back(path.path);
  std::ranges::sort(references);
  return references;
}

std::string fingerprint(const nix::Closure& closure, const nix::ClosurePath& path) {
  std::string references;
  for (const std::string& reference : references_of(closure, path))
    references += (references.empty() ? "" : ",") + reference;
  return format("1;{};sha256:{};{};{}", path.path, nix_base32(path.nar_hash), path.nar_size,
                references);
}

std::string sign(std::string_view text, std::string_view key) {
  if (const std::size_t colon = key.rfind(':'); colon != std::string_view::npos)
    key.remove_prefix(colon + 1);
  const auto bytes = from_base64(key);
  if (!bytes || bytes->size() != key_size)
    throw Error(ErrorKind::invalid_input, "the cache's signing key is no Ed25519 key")
        .with_hint("`cachix generate-keypair` and `nix key generate-secret` make one");
  const std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> secret(
      ::EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, as_bytes(*bytes), seed_size),
      &::EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)> context(::EVP_MD_CTX_new(),
                                                                          &::EVP_MD_CTX_free);
  std::array<unsigned char, 64> signature{};
  std::size_t size = signature.size();
  if (!secret || !context ||
      ::EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, secret.get()) != 1 ||
      ::EVP_DigestSign(context.get(), signature.data(), &size, as_bytes(text), text.size()) != 1)
    throw Error(ErrorKind::internal, "libcrypto cannot sign");
  return registry::base64(as_text(signature));
}

std::string content_md5(std::string_view data) {
  std::array<unsigned char, MD5_DIGEST_LENGTH> digest{};
  ::MD5(as_bytes(data), data.size(), digest.data());
  return registry::base64(as_text(digest));
}

} // namespace nixbuild::cache
