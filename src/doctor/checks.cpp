#include "doctor/check.hpp"

#include <utility>

namespace nixbuild::doctor {

std::string_view to_string(Severity severity) {
  switch (severity) {
  case Severity::ok:
    return "ok";
  case Severity::warning:
    return "warning";
  case Severity::error:
    return "error";
  case Severity::elsewhere:
    return "not applicable";
  }
  std::unreachable();
}

std::vector<Check> all_checks() {
  std::vector<Check> all;
  for (const auto group : {engine_checks(), colima_checks(), source_checks(), nix_checks(),
                           platform_checks(), container_checks(), builder_checks(), cache_checks()})
    all.insert(all.end(), group.begin(), group.end());
  return all;
}

} // namespace nixbuild::doctor
