#include "image/digest_and_size.hpp"

#include "support/format.hpp"

#include <charconv>

namespace nixbuild::image {

std::string digest_and_size(const oci::Digest& digest, std::uint64_t size) {
  return format("{} {}", digest.hex(), size);
}

std::optional<std::pair<oci::Digest, std::uint64_t>> parse_digest_and_size(std::string_view value) {
  constexpr std::size_t hex_length = 64;
  if (value.size() < hex_length + 2) return std::nullopt;
  const auto digest = oci::Digest::parse(format("sha256:{}", value.substr(0, hex_length)));
  if (!digest) return std::nullopt;
  const std::string_view size_text = value.substr(hex_length + 1);
  std::uint64_t size = 0;
  const auto [end, error] =
      std::from_chars(size_text.data(), size_text.data() + size_text.size(), size);
  if (error != std::errc{} || end != size_text.data() + size_text.size()) return std::nullopt;
  return std::pair(*digest, size);
}

} // namespace nixbuild::image
