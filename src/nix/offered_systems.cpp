#include "nix/evaluate.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <array>

namespace nixbuild::nix {

std::vector<std::string> offered_systems(const Session& session, const FlakeAttribute& flake,
                                         LogProgress& log) {
  const AttributePath path = parse_attribute_path(split_output(flake.fragment).rest);
  const std::string name = path.empty() ? "default" : path.front();
  for (const std::string_view output : std::array{"packages", "legacyPackages"}) {
    const std::string target = format("{}#{}", flake.flake, output);
    const auto json = evaluate_json(session, systems_expression(name), {"--", target}, log);
    if (!json) {
      if (says_attribute_is_missing(json.error().text)) continue;
      throw explain(format("cannot evaluate {}", to_string(Installable(flake))), json.error());
    }
    if (auto systems = parse_names(*json); !systems.empty()) return systems;
  }
  throw Error(ErrorKind::not_found,
              format("flake '{}' has '{}' for no system", flake.for_people(), to_fragment(path)))
      .with_hint("`--platform all` means the systems that a flake has a package for: name the "
                 "package without its system (.#image).");
}

} // namespace nixbuild::nix
