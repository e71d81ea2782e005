#include "cache/ed25519.hpp"

#include "registry/url.hpp"
#include "support/base64.hpp"
#include "support/error.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>

namespace nixbuild::cache {

namespace {

constexpr std::size_t seed_size = 32;
// libsodium's form of a secret key: the seed, and the public key behind it.
constexpr std::size_t key_size = 64;

const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

std::string sign(std::string_view text, std::string_view key) {
  if (const std::size_t colon = key.rfind(':'); colon != std::string_view::npos)
    key.remove_prefix(colon + 1);
  const auto bytes = decode_base64(key);
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
  return registry::base64({reinterpret_cast<const char*>(signature.data()), signature.size()});
}

} // namespace nixbuild::cache
