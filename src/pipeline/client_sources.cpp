#include "pipeline/client_sources.hpp"

#include "nix/nix.hpp"
#include "pipeline/directories.hpp"
#include "source/place_mark.hpp"
#include "source/source_cache.hpp"
#include "source/tree_facts.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

// Enough for the projects that somebody works on at a time.
constexpr std::size_t kept_trees = 16;

bool has_git(World& world, const CancelToken& cancel) {
  try {
    return process::capture(world.processes, {.argv = {"git", "--version"}}, cancel)
        .status.success();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return false;
  }
}

// How the client's folders may be used here.
class Here {
public:
  Here(World& world, const CancelToken& cancel)
      : world_(world)
      , cancel_(cancel)
      , has_git_(has_git(world, cancel)) {}

  // Why Nix cannot use the folder where it is; empty when it can.
  [[nodiscard]] std::string obstacle(const SourceNeed& need) const {
    std::error_code problem;
    if (!need.mark || !fs::exists(*need.mark, problem)) return "not seen on the engine's machine";
    if (!need.is_git) return {};
    if (!source::git_trusts(need.root)) return "another user's on the engine's machine";
    if (!nix_reads_work_trees()) return "a git tree, and there is no git on the engine's machine";
    return {};
  }

  // Whether Nix can write a lock file; in a work tree it calls git to add it.
  [[nodiscard]] bool may_lock(const SourceNeed& need) const {
    const fs::path folder = need.root / need.subfolder;
    return ::access(folder.c_str(), W_OK) == 0 && (!need.is_git || has_git_);
  }

private:
  // Before 2.20 Nix called git for everything.
  [[nodiscard]] bool nix_reads_work_trees() const {
    if (has_git_) return true;
    nix::Nix nix(world_.processes, world_.environment);
    return nix.version(cancel_).at_least(2, 20);
  }

  World& world_;
  const CancelToken& cancel_;
  bool has_git_;
};

// Hands on what comes, and tells the step how much.
class ToldSink final : public archive::Sink {
public:
  ToldSink(archive::Sink& to, progress::Step& step, const std::string& item)
      : to_(to)
      , step_(step)
      , item_(item) {}
  void write(std::span<const std::byte> data) override {
    to_.write(data);
    came_ += data.size();
    step_.advance(item_, came_, 0);
  }

private:
  archive::Sink& to_;
  progress::Step& step_;
  const std::string& item_;
  std::uint64_t came_ = 0;
};

// All requests of a job are for the same flake, with the same inputs.
void use(RemoteJob& job, const SourceNeed& need, const std::string& flake) {
  for (auto& [name, request] : job.requests) {
    if (need.override_input) {
      request.nix.override_inputs.at(*need.override_input).second = flake;
      continue;
    }
    std::string& installable = request.installable;
    const std::size_t end = std::min(installable.find('#'), installable.size());
    request.nix.shown_flake = end == 0 ? "." : installable.substr(0, end);
    installable.replace(0, end, flake);
  }
}

// A flake that is to be sent, by its index, and why.
struct Absent {
  std::size_t index;
  std::string reason;
};

// Brings one tree, of which `announced` was told, and gives the reference to the copy.
std::string bring(const Absent& absent, const SourceNeed& need,
                  const source::AnnouncedTree& announced, const source::SourceCache& cache,
                  const source::Ask& ask, progress::Step& step) {
  const std::string root = need.root.string();
  step.log(format("{} is {}, so its files are sent", root, absent.reason));
  // In Nix's words.
  if (announced.facts.dirty) step.log(format("warning: Git tree '{}' is dirty", root));
  const source::Ask told_ask = [&](const std::string& question, archive::Sink& data) {
    ToldSink told(data, step, root);
    return ask(question, told);
  };
  const fs::path copy = source::fetch_source(absent.index, announced.list, cache, told_ask);
  return source::reference_to_copy(copy, need.subfolder, announced.facts);
}

void bring_all(RemoteJob& job, const std::vector<Absent>& absent, const source::Ask& ask,
               World& world) {
  std::vector<std::size_t> indexes;
  indexes.reserve(absent.size());
  for (const Absent& one : absent)
    indexes.push_back(one.index);
  const source::SourceCache cache(cache_directory(world.environment) / "sources");
  for (auto& [name, request] : job.requests)
    request.nix.unchanging_trees = cache.trees().string();
  progress::as_step(world.reporter, "transfer sources", [&](progress::Step& step) {
    const auto trees = source::ask_for_trees(indexes, ask);
    const bool all_here = std::ranges::all_of(trees, [&](const source::AnnouncedTree& tree) {
      return cache.find(tree.list).has_value();
    });
    if (all_here) step.cached();
    for (std::size_t at = 0; at < absent.size(); ++at) {
      const SourceNeed& need = job.sources.at(absent[at].index);
      use(job, need, bring(absent[at], need, trees[at], cache, ask, step));
    }
  });
  cache.prune(kept_trees);
}

} // namespace

void use_client_sources(RemoteJob& job, const source::Ask& ask, World& world,
                        const CancelToken& cancel) {
  if (job.sources.empty()) return;
  const Here here(world, cancel);
  std::vector<Absent> absent;
  for (std::size_t index = 0; index < job.sources.size(); ++index) {
    const SourceNeed& need = job.sources[index];
    const std::string obstacle = here.obstacle(need);
    const bool in_place = obstacle.empty();
    if (in_place) {
      use(job, need, need.reference);
    } else {
      absent.push_back({.index = index, .reason = obstacle});
    }
    // A lock file that is written beside a copy is of no use to anybody.
    const bool lockable = need.override_input || (in_place && here.may_lock(need));
    if (lockable) continue;
    for (auto& [name, request] : job.requests)
      request.nix.no_write_lock_file = true;
  }
  if (absent.empty()) {
    (void)source::ask_for_trees({}, ask); // the marks are not needed any more
  } else {
    bring_all(job, absent, ask, world);
  }
}

} // namespace nixbuild::pipeline
