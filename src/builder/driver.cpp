#include "builder/driver.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace nixbuild::builder {

namespace {

constexpr std::array<std::pair<Driver, std::string_view>, 4> names{{
    {Driver::automatic, "auto"},
    {Driver::host, "host"},
    {Driver::ssh, "ssh"},
    {Driver::container, "container"},
}};

} // namespace

std::string to_string(Driver driver) {
  return std::string(
      std::ranges::find(names, driver, &std::pair<Driver, std::string_view>::first)->second);
}

std::optional<Driver> parse_driver(std::string_view text) {
  const auto* const found =
      std::ranges::find(names, text, &std::pair<Driver, std::string_view>::second);
  if (found == names.end()) return std::nullopt;
  return found->first;
}

} // namespace nixbuild::builder
