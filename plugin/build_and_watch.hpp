#pragma once

#include "pipeline/run_all.hpp"
#include "plugin/world.hpp"
#include "progress/mode.hpp"

#include <filesystem>
#include <functional>
#include <set>
#include <vector>

namespace nixbuild::plugin {

// A command that builds, in rounds.
struct WatchedCommand {
  // What is to be built as things are now.
  std::function<std::vector<pipeline::NamedRequest>()> requests;
  // The files that say so, there or not.
  std::function<std::set<std::filesystem::path>()> definition = [] {
    return std::set<std::filesystem::path>();
  };
  // Builds those of them that it is given: at first all, then those whose flakes have changed, and
  // those that have failed.
  std::function<void(const std::vector<pipeline::NamedRequest>&)> build;
  // Files that it writes beside those that the requests name.
  std::set<std::filesystem::path> written = {};
  progress::Mode progress = progress::Mode::automatic; // where nothing is shown, nothing is told
};

// --watch: calls `command` at once, and again each time when files of the flakes on this machine
// that it builds have changed, or files of its definition; what changed meanwhile included. What
// fails is printed, and the next change tries again; but what fails before there is anything to
// watch is thrown, and so is an Error of kind usage when all is built from elsewhere. Returns 130
// once the user ends it.
int build_and_watch(const WatchedCommand& command, World& world);

} // namespace nixbuild::plugin
