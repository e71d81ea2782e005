#include "oci/digest.hpp"

#include "archive/sha256.hpp"

#include <algorithm>
#include <span>

namespace nixbuild::oci {

namespace {

constexpr std::string_view prefix = "sha256:";
constexpr std::size_t hex_length = 64;

bool is_lower_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

} // namespace

std::expected<Digest, std::string> Digest::parse(std::string_view text) {
  // The reasons are opencontainers/go-digest's, as docker prints them.
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos) {
    return std::unexpected("invalid checksum digest format");
  }
  if (!text.starts_with(prefix)) return std::unexpected("unsupported digest algorithm");
  const std::string_view hex = text.substr(prefix.size());
  if (hex.size() != hex_length) return std::unexpected("invalid checksum digest length");
  if (!std::ranges::all_of(hex, is_lower_hex)) {
    return std::unexpected("invalid checksum digest format");
  }
  return Digest(std::string(text));
}

Digest Digest::from_hex(std::string_view hex) {
  return Digest(std::string(prefix).append(hex));
}

Digest Digest::of(std::string_view data) {
  archive::Sha256 hash;
  hash.update(std::as_bytes(std::span(data)));
  return from_hex(hash.finish());
}

std::string_view Digest::hex() const noexcept {
  return std::string_view(text_).substr(prefix.size());
}

} // namespace nixbuild::oci
