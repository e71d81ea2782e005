#pragma once

#include "process/runner.hpp"
#include "source/local_flake.hpp"
#include "support/cancel.hpp"
#include "watch/file_watch.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace nixbuild::source {

// What tells a file from another one, or from itself before it was written to.
struct FileState {
  std::uint64_t file = 0; // its number in the file system; of folders and links none
  std::uint64_t size = 0;
  std::int64_t changed_ns = 0; // when its content, mode or name was changed
  std::string target = {};     // of a link
  bool operator==(const FileState&) const = default;
};

// Files at one moment, without their contents.
struct FileLook {
  std::map<std::filesystem::path, FileState> files; // absolute paths; what is there
  // Where something happens when any of them changes, or when a flake gets more of them.
  watch::WatchedFolders folders;
};

// Looks at the files of `flake` that Nix sees, but for those at or below `left_out`, which are
// absolute paths that a build writes to. Throws an Error as flake_files() does.
[[nodiscard]] FileLook look_at(const LocalFlake& flake,
                               const std::set<std::filesystem::path>& left_out,
                               process::Runner& runner, const CancelToken& cancel);

// Looks at `files`, which are absolute paths; those that are not there may come.
[[nodiscard]] FileLook look_at(const std::set<std::filesystem::path>& files);

// The paths that are in only one of two looks, or in both with other states.
[[nodiscard]] std::vector<std::filesystem::path> differences(const FileLook& before,
                                                             const FileLook& now);

} // namespace nixbuild::source
