#pragma once

#include "process/runner.hpp"
#include "source/local_flake.hpp"
#include "support/cancel.hpp"

#include <set>
#include <string>

namespace nixbuild::source {

// The names in `flake`, relative to its root: for git the files that are tracked, staged or meant
// to be added, be they on disk or not; else all files, links and empty folders.
// Throws an Error: failed when git cannot list them, invalid_input for too many.
[[nodiscard]] std::set<std::string> flake_files(const LocalFlake& flake, process::Runner& runner,
                                                const CancelToken& cancel);

} // namespace nixbuild::source
