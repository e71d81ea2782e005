#include "source/flake_files.hpp"

#include "process/output_stream.hpp"
#include "source/git_command.hpp"
#include "source/place_mark.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

namespace nixbuild::source {

namespace fs = std::filesystem;

namespace {

// Larger than any tree that Nix should copy into its store.
constexpr std::size_t most_entries = 1'000'000;

[[noreturn]] void too_many(const fs::path& root) {
  throw Error(ErrorKind::invalid_input,
              format("{} has more than {} files", root.string(), most_entries))
      .with_hint("Name the flake's own folder, or make it a git repository: then only the files "
                 "that git tracks count.");
}

std::set<std::string> tracked_by_git(const LocalFlake& flake, process::Runner& runner,
                                     const CancelToken& cancel) {
  std::vector<std::string> words{"ls-files", "-z", "--cached"};
  if (flake.submodules) words.emplace_back("--recurse-submodules");
  std::set<std::string> paths;
  std::string path;
  const auto split = [&](std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes) {
      if (byte != std::byte{0}) {
        path += static_cast<char>(byte);
        continue;
      }
      if (paths.size() == most_entries) too_many(flake.root);
      paths.insert(std::exchange(path, {}));
    }
  };
  with_frame(format("listing the files of {}", flake.root.string()), [&] {
    process::stream_output(runner, git_command(flake.root, words), split, cancel);
  });
  return paths;
}

std::set<std::string> everything_in(const LocalFlake& flake, const CancelToken& cancel) {
  std::set<std::string> paths;
  std::error_code problem;
  fs::recursive_directory_iterator at(flake.root, problem);
  for (; !problem && at != fs::recursive_directory_iterator(); at.increment(problem)) {
    cancel.throw_if_cancelled();
    if (paths.size() == most_entries) too_many(flake.root);
    if (at.depth() == 0 && is_place_mark(at->path().filename().string())) continue;
    const bool is_folder = at->is_directory() && !at->is_symlink();
    if (!is_folder || fs::is_empty(at->path(), problem)) {
      paths.insert(at->path().lexically_relative(flake.root).string());
    }
  }
  if (problem) throw system_error(problem.value(), format("cannot list {}", flake.root.string()));
  return paths;
}

} // namespace

std::set<std::string> flake_files(const LocalFlake& flake, process::Runner& runner,
                                  const CancelToken& cancel) {
  if (flake.kind == LocalFlake::Kind::git) return tracked_by_git(flake, runner, cancel);
  return everything_in(flake, cancel);
}

} // namespace nixbuild::source
