#include "pipeline/dirty_tree.hpp"

#include "nix/nix.hpp"
#include "pipeline/directories.hpp"
#include "process/runner.hpp"
#include "source/git_command.hpp"
#include "source/local_flake.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace nixbuild::pipeline {

namespace {

namespace fs = std::filesystem;

std::string ask_git(const fs::path& root, const std::vector<std::string>& words, World& world,
                    const CancelToken& cancel) {
  auto answer = process::capture(world.processes, source::git_command(root, words), cancel);
  if (!answer.status.success()) throw Error(ErrorKind::failed, "git fails");
  return std::move(answer.out);
}

// The work tree that Nix sees as it is.
std::optional<source::LocalFlake> work_tree_of(const nix::FlakeAttribute& attribute) {
  auto flake = source::local_flake(attribute.flake, fs::current_path());
  if (!flake || flake->kind != source::LocalFlake::Kind::git || flake->other_revision)
    return std::nullopt;
  return flake;
}

DirtyTree status_of(const source::LocalFlake& flake, World& world, const CancelToken& cancel) {
  return parse_status(ask_git(flake.root, {"status", "--porcelain=v1", "-z"}, world, cancel));
}

// A remark, on which nothing depends: nothing where it cannot be made.
template <class Look>
auto unless_it_fails(const Look& look) -> decltype(look()) {
  try {
    return look();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return {};
  }
}

std::optional<DirtyTree> look(const nix::FlakeAttribute& attribute, const std::string& system,
                              const std::string& derivation, const BuildRequest& request,
                              World& world, const CancelToken& cancel) {
  const auto flake = work_tree_of(attribute);
  if (!flake) return std::nullopt;
  DirtyTree tree = status_of(*flake, world, cancel);
  if (tree.changed == 0 && tree.untracked == 0) return std::nullopt;
  if (tree.changed == 0) return tree;
  std::string commit = ask_git(flake->root, {"rev-parse", "HEAD"}, world, cancel);
  commit.resize(commit.find_last_not_of('\n') + 1);
  nix::FlakeAttribute committed = attribute;
  committed.flake = format("git+file://{}?rev={}", flake->root.string(), commit);
  if (!flake->subfolder.empty()) committed.flake += format("&dir={}", flake->subfolder);
  nix::Nix nix(world.processes, world.environment, evaluation_memory_file(world.environment));
  tree.other_derivation =
      nix.evaluate(committed, system, request.nix, world.reporter, cancel).derivation != derivation;
  return tree;
}

} // namespace

DirtyTree parse_status(std::string_view text) {
  DirtyTree tree;
  while (text.size() > 3) {
    const bool is_renamed = text[0] == 'R' || text[0] == 'C';
    if (text.starts_with("??")) {
      ++tree.untracked;
    } else if (!text.starts_with("!!")) {
      ++tree.changed;
    }
    // Behind a new name stands the old one.
    for (int names = is_renamed ? 2 : 1; names > 0; --names)
      text.remove_prefix(std::min(text.find('\0'), text.size() - 1) + 1);
  }
  return tree;
}

std::optional<DirtyTree> dirty_tree(const nix::Installable& installable, const std::string& system,
                                    const std::string& derivation, const BuildRequest& request,
                                    World& world, const CancelToken& cancel) {
  const auto* attribute = std::get_if<nix::FlakeAttribute>(&installable);
  if (attribute == nullptr) return std::nullopt;
  return unless_it_fails(
      [&] { return look(*attribute, system, derivation, request, world, cancel); });
}

void tell_of_dirty_trees(const std::vector<std::reference_wrapper<const BuildRequest>>& requests,
                         World& world, const CancelToken& cancel) {
  std::set<fs::path> known;
  for (const BuildRequest& request : requests) {
    if (request.caches.from.empty() && request.caches.to.empty()) continue;
    const std::size_t changed = unless_it_fails([&]() -> std::size_t {
      const auto installable = nix::parse_installable(request.installable, request.nix);
      const auto* attribute = std::get_if<nix::FlakeAttribute>(&installable);
      const auto flake = attribute == nullptr ? std::nullopt : work_tree_of(*attribute);
      if (!flake || !known.insert(flake->root).second) return 0;
      return status_of(*flake, world, cancel).changed;
    });
    if (changed == 0) continue;
    progress::notice(
        world.reporter, progress::Notice::Level::info,
        format("{} changed {} not committed: a cache and the commit have the same only "
               "if what is built uses neither {} nor self.rev or self.lastModified "
               "(`docker nixbuild cache check` tells)",
               changed, changed == 1 ? "file is" : "files are", changed == 1 ? "it" : "them"));
  }
}

} // namespace nixbuild::pipeline
