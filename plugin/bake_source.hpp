#pragma once

#include "bake/definition.hpp"
#include "context/global_flags.hpp"
#include "pipeline/world.hpp"
#include "plugin/world.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace nixbuild::plugin {

// What there is to bake: the targets of `files`, JSON and Compose files; where none are named, of
// nixbuild.json or docker-bake.json in this folder, else of the Nix services of its Compose
// project, else the images of its flake. Throws an Error as reading those does; not_found when
// there is none of them.
[[nodiscard]] bake::Definition find_definition(const std::vector<std::string>& files,
                                               const context::GlobalFlags& docker, World& world,
                                               pipeline::World& inner);

// The files that find_definition() may read it from, there or not.
[[nodiscard]] std::set<std::filesystem::path>
definition_files(const std::vector<std::string>& files, const Environment& environment);

} // namespace nixbuild::plugin
