#pragma once

#include "pipeline/build_report.hpp"
#include "pipeline/inspection.hpp"
#include "pipeline/named_request.hpp"
#include "pipeline/prune.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace nixbuild::pipeline {

// A flake on the client: used where the agent sees it too, else sent (source/exchange.hpp, where
// it has the index that it has here).
struct SourceNeed {
  std::filesystem::path root;                // of the source tree
  bool is_git = false;                       // a work tree, of which Nix takes what git tracks
  std::string subfolder;                     // of `root`, that the flake is in
  std::string reference;                     // for Nix on a machine that sees it there
  std::optional<std::filesystem::path> mark; // who finds this file sees it (source/place_mark.hpp)
  // The override whose flake it is, by its index in nix::Options; else the installable's.
  std::optional<std::size_t> override_input = {};
};

enum class RemoteTask {
  build,   // as run() does
  inspect, // as inspect() does
  prune,   // as prune_machine() does
};

// What the agent is asked to do.
struct RemoteJob {
  RemoteTask task = RemoteTask::build;
  // As typed on the client; at least one. Several, which are built, are a group (groups.hpp).
  std::vector<NamedRequest> requests;
  std::string project;                      // what "." stands for: "host:folder"
  std::optional<std::string> engine_socket; // else what the docker CLI uses there
  std::vector<SourceNeed> sources;
  PruneMode prune_mode = PruneMode::look;
  bool hand_over = false; // the images of the only request, to the client (hand_over.hpp)
};

// The machine cannot do it at all, for want of a program; nothing was done.
struct UnableToBuild {
  std::string message;
  std::string hint;
};

// For want of Nix.
[[nodiscard]] UnableToBuild no_nix();

// Of each request, in their order.
using BuildReports = std::vector<BuildReport>;

// What a task gives, each its own, or why it gives nothing.
using RemoteResult = std::variant<BuildReports, Inspection, Prunable, UnableToBuild>;

// As texts (JSON); reading throws an Error of kind corrupt.
[[nodiscard]] std::string to_message(const RemoteJob& job);
[[nodiscard]] RemoteJob parse_remote_job(std::string_view message);
[[nodiscard]] std::string to_message(const RemoteResult& result);
[[nodiscard]] RemoteResult parse_remote_result(std::string_view message);

} // namespace nixbuild::pipeline
