#pragma once

#include "nix/installable.hpp"
#include "support/environment.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace nixbuild::pipeline {

// Where such links are; made when it is not there.
[[nodiscard]] std::filesystem::path gc_root_folder(const Environment& environment);

// The link that keeps the last build of `installable` for `system` from Nix's garbage collector:
// one per project, which is the current folder, and attribute, so that a rebuild replaces it. Which
// project it is of is written beside it, to NAME.project.
[[nodiscard]] std::filesystem::path gc_root_link(const nix::Installable& installable,
                                                 const std::string& system,
                                                 const Environment& environment);

// The links of one project and attribute (one for each output) whose project's folder is gone.
struct ForsakenRoot {
  std::filesystem::path project;
  std::vector<std::filesystem::path> files; // to be removed
};
// Sorted by project. Links that nothing is known about are let alone.
[[nodiscard]] std::vector<ForsakenRoot> forsaken_roots(const Environment& environment);

} // namespace nixbuild::pipeline
