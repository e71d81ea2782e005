#include "nix/attribute_path.hpp"
#include "nix/evaluate.hpp"
#include "nix/expression.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::nix {

namespace {

// `json` as images_expression() gives it, whose first name says what they are below of.
std::vector<std::string> full_paths(const std::string& output, std::string_view json) {
  std::vector<std::string> names = parse_names(json);
  if (names.empty()) throw Error(ErrorKind::corrupt, "Nix did not tell where the images are");
  const std::string system = names.front();
  names.erase(names.begin());
  for (std::string& name : names) {
    AttributePath path{output};
    if (!system.empty()) path.push_back(system);
    path.push_back(name);
    name = to_string(path);
  }
  return names;
}

} // namespace

std::vector<std::string> flake_images(const Session& session, const std::string& flake,
                                      const std::string& system, LogProgress& log) {
  for (const bool all : {true, false}) {
    const std::string output = all ? "dockerImages" : "packages";
    const auto json = evaluate_json(session, images_expression(system, all),
                                    {"--", format("{}#{}", flake, output)}, log);
    if (json) {
      if (auto paths = full_paths(output, *json); !paths.empty()) return paths;
    } else if (!says_attribute_is_missing(json.error().text)) {
      throw explain(format("cannot evaluate {}", flake), json.error());
    }
  }
  throw Error(ErrorKind::not_found, format("flake '{}' has no images for {}", flake, system))
      .with_hint("Images are found in its dockerImages, and among its packages by their imageName. "
                 "Name others in a file nixbuild.json.");
}

} // namespace nixbuild::nix
