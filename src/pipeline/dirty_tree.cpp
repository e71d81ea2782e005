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

namespace nixbuild::pipeline {

namespace {

namespace fs = std::filesystem;

std::string ask_git(const fs::path& root, const std::vector<std::string>& words, World& world,
                    const CancelToken& cancel) {
  auto answer = process::capture(world.processes, source::git_command(root, words), cancel);
  if (!answer.status.success()) throw Error(ErrorKind::failed, "git fails");
  return std::move(answer.out);
}

std::optional<DirtyTree> look(const nix::FlakeAttribute& attribute, const std::string& system,
                              const std::string& derivation, const BuildRequest& request,
                              World& world, const CancelToken& cancel) {
  const auto flake = source::local_flake(attribute.flake, fs::current_path());
  if (!flake || flake->kind != source::LocalFlake::Kind::git || flake->other_revision)
    return std::nullopt;
  DirtyTree tree =
      parse_status(ask_git(flake->root, {"status", "--porcelain=v1", "-z"}, world, cancel));
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
  try {
    return look(*attribute, system, derivation, request, world, cancel);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return std::nullopt; // it is a remark, and nothing depends on it
  }
}

} // namespace nixbuild::pipeline
