#pragma once

#include "support/cancel.hpp"
#include "support/unique_fd.hpp"

#include <filesystem>
#include <functional>

namespace nixbuild {

// Holds a file locked against other processes and other locks of this one (flock(2)); lets go of it
// in the end, however that comes. The file stays, since removing it would let two holders in.
class FileLock {
public:
  // Makes the file and its folder where they are missing, and waits for the lock; `on_wait` is
  // called once if somebody else has it. Throws an Error: io, or cancelled.
  FileLock(const std::filesystem::path& file, const std::function<void()>& on_wait,
           const CancelToken& cancel);

private:
  UniqueFd fd_;
};

} // namespace nixbuild
