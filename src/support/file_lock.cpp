#include "support/file_lock.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>

namespace nixbuild {

namespace fs = std::filesystem;

namespace {

// flock(2) cannot be waited for together with a cancellation.
constexpr int milliseconds_between_tries = 50;

UniqueFd open_lock(const fs::path& file) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error)
    throw system_error(error.value(), format("cannot create {}", file.parent_path().string()));
  UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) throw system_error(errno, format("cannot open {}", file.string()));
  return fd;
}

bool try_lock(int fd, const fs::path& file) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno == EWOULDBLOCK || errno == EINTR) return false;
  throw system_error(errno, format("cannot lock {}", file.string()));
}

} // namespace

FileLock::FileLock(const fs::path& file, const std::function<void()>& on_wait,
                   const CancelToken& cancel)
    : fd_(open_lock(file)) {
  if (try_lock(fd_.get(), file)) return;
  if (on_wait) on_wait();
  do {
    cancel.throw_if_cancelled();
    pollfd stop{.fd = cancel.poll_fd(), .events = POLLIN, .revents = 0};
    (void)::poll(&stop, 1, milliseconds_between_tries);
    cancel.throw_if_cancelled();
  } while (!try_lock(fd_.get(), file));
}

} // namespace nixbuild
