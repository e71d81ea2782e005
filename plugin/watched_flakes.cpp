#include "plugin/watched_flakes.hpp"

#include "nix/installable.hpp"

#include <filesystem>
#include <string>
#include <utility>

namespace nixbuild::plugin {

std::vector<source::LocalFlake> watched_flakes(const pipeline::BuildRequest& request) {
  std::vector<source::LocalFlake> flakes;
  const auto add = [&](const std::string& reference) {
    auto flake = source::local_flake(reference, std::filesystem::current_path());
    if (flake && !flake->other_revision) flakes.push_back(*std::move(flake));
  };
  const auto installable = nix::parse_installable(request.installable, request.nix);
  const auto* attribute = std::get_if<nix::FlakeAttribute>(&installable);
  if (attribute == nullptr) return flakes;
  add(attribute->flake);
  for (const auto& [input, reference] : request.nix.override_inputs)
    add(reference);
  return flakes;
}

} // namespace nixbuild::plugin
