#pragma once

#include "watch/file_watch.hpp"

#include <memory>

namespace nixbuild::watch {

// The FileWatch of libuv: by inotify, FSEvents and the like. Throws an Error of kind io when the
// system does not let us watch as many folders.
[[nodiscard]] std::unique_ptr<FileWatch> uv_file_watch(const WatchedFolders& folders);

} // namespace nixbuild::watch
