#include "nix/nix.hpp"

#include <charconv>
#include <system_error>
#include <utility>

namespace nixbuild::nix {

namespace {

// A number at the front of `text`, which it is taken off.
std::optional<int> take_number(std::string_view& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

} // namespace

bool Version::at_least(int major_wanted, int minor_wanted) const noexcept {
  return std::pair(major_number, minor_number) >= std::pair(major_wanted, minor_wanted);
}

std::optional<Version> parse_version(std::string_view text) {
  // The last word: a vendor's own version may stand before it. "2.36pre20260101_abc" counts
  // as 2.36.
  text = text.substr(0, text.find_last_not_of(" \n") + 1);
  text.remove_prefix(text.find_last_of(" \n") + 1);
  Version version{.major_number = 0, .minor_number = 0, .text = std::string(text)};
  const auto major = take_number(text);
  if (!major || !text.starts_with('.')) return std::nullopt;
  text.remove_prefix(1);
  const auto minor = take_number(text);
  if (!minor) return std::nullopt;
  version.major_number = *major;
  version.minor_number = *minor;
  return version;
}

} // namespace nixbuild::nix
