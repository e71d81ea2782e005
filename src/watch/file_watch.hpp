#pragma once

#include "support/cancel.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace nixbuild::watch {

// Folders, absolute, and the names in each that matter: of files, and of folders that come and go.
// An empty set: all names. Folders below are watched only where they are named themselves.
using WatchedFolders = std::map<std::filesystem::path, std::set<std::string>>;

// Tells that something has happened to files. What, and whether it matters, a look at them tells.
class FileWatch {
public:
  FileWatch() = default;
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;
  virtual ~FileWatch() = default;

  // Waits until something has happened, since the watch was made or since the last call, and then
  // until nothing more happens for a moment, but not for long. Gives the paths that something
  // happened to; of a folder that is watched where it is not known which. Throws an Error of kind
  // cancelled.
  virtual std::set<std::filesystem::path> wait(const CancelToken& cancel) = 0;
};

// Makes a watch of folders, leaving out those that are not there.
using MakeFileWatch = std::function<std::unique_ptr<FileWatch>(const WatchedFolders& folders)>;

} // namespace nixbuild::watch
