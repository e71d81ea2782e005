#include "oci/platform_match.hpp"

#include <charconv>

namespace nixbuild::oci {

namespace {

// The number of a variant "v7"; normalised platforms leave out the one that is usual.
std::optional<int> variant_number(const Platform& platform) {
  if (platform.variant.empty()) return platform.architecture == "arm64" ? 8 : 1;
  if (platform.variant.front() != 'v') return std::nullopt;
  int number = 0;
  const char* const end = platform.variant.data() + platform.variant.size();
  const auto parsed = std::from_chars(platform.variant.data() + 1, end, number);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return number;
}

} // namespace

std::optional<int> platform_distance(const Platform& wanted, const Platform& offered) {
  if (wanted == offered) return 0;
  if (wanted.os != offered.os || wanted.architecture != offered.architecture) return std::nullopt;
  const auto machine = variant_number(wanted);
  const auto image = variant_number(offered);
  if (!machine || !image || *image > *machine) return std::nullopt;
  return *machine - *image;
}

} // namespace nixbuild::oci
