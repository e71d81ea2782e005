#include "cache/signing.hpp"

#include "registry/url.hpp"
#include "support/format.hpp"

#define OPENSSL_SUPPRESS_DEPRECATED // as in archive/sha256.cpp
#include <openssl/md5.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace nixbuild::cache {

namespace {

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
  references.reserve(path.references.size() + 1);
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

std::string content_md5(std::string_view data) {
  std::array<unsigned char, MD5_DIGEST_LENGTH> digest{};
  ::MD5(as_bytes(data), data.size(), digest.data());
  return registry::base64(as_text(digest));
}

} // namespace nixbuild::cache
