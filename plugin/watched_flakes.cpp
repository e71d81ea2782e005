#include "plugin/watched_flakes.hpp"

#include "nix/installable.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace nixbuild::plugin {

namespace fs = std::filesystem;

std::vector<source::LocalFlake> watched_flakes(const pipeline::BuildRequest& request) {
  std::vector<source::LocalFlake> flakes;
  const auto add = [&](const std::string& reference) {
    auto flake = source::local_flake(reference, fs::current_path());
    if (flake && !flake->other_revision) flakes.push_back(*std::move(flake));
  };
  const auto installable = nix::parse_installable(request.installable, request.nix);
  if (const auto* expression = std::get_if<nix::FileAttribute>(&installable)) {
    std::error_code elsewhere; // <nixpkgs>, https://…
    if (const fs::path file = fs::canonical(expression->file, elsewhere); !elsewhere)
      flakes.push_back(source::tree_around(fs::is_directory(file) ? file : file.parent_path()));
  }
  const auto* attribute = std::get_if<nix::FlakeAttribute>(&installable);
  if (attribute == nullptr) return flakes;
  add(attribute->flake);
  for (const auto& [input, reference] : request.nix.override_inputs)
    add(reference);
  return flakes;
}

} // namespace nixbuild::plugin
