#pragma once

#include "context/global_flags.hpp"
#include "engine/engine.hpp"
#include "pipeline/gc_root.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"
#include "support/fact_file.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::pipeline {

// What is of no more use of what this program keeps on one machine and brought into its engine.
struct Prunable {
  FactFile::Excess digests;     // of layers, but for the newest ones
  FactFile::Excess compressed;  // digests of compressed layers, but for the newest ones
  FactFile::Excess evaluations; // whose derivations are gone, and all but the newest ones
  std::vector<ForsakenRoot> roots;
  std::vector<std::filesystem::path> agents; // of other versions
  // Images that were loaded, or parts of one whose load was aborted, that have lost their names and
  // that no container is made of.
  std::vector<engine::NamelessImage> images;
};

// Of builders that nobody has any more.
struct ForsakenBuilders {
  std::vector<std::string> containers;
  std::vector<std::string> volumes;
};

struct PruneReport {
  Prunable here;
  ForsakenBuilders builders;
  std::string peer; // the engine's machine, where that is another one that ssh gets into
  std::optional<Prunable> there;
  std::vector<std::string> remarks; // what could not be looked at, and why
};

enum class PruneMode {
  look,   // only find out
  remove, // and remove it
};

struct PruneRequest {
  context::GlobalFlags docker;
  PruneMode mode = PruneMode::look;
  bool all_builders = false; // the container that nobody created by name and its store, too
};

// Looks here, in the engine that `request.docker` means, and on its machine. An engine or a machine
// that does not answer is a remark. Throws an Error: not_found when there is no home directory, io,
// and as the engine does.
[[nodiscard]] PruneReport prune(const PruneRequest& request, World& world,
                                const CancelToken& cancel);

// The part of it that is done on each machine; `agent` is the running agent, where this is one. No
// engine, no images.
[[nodiscard]] Prunable prune_machine(const std::optional<std::filesystem::path>& agent,
                                     engine::Engine* engine, PruneMode mode, World& world,
                                     const CancelToken& cancel);

} // namespace nixbuild::pipeline
