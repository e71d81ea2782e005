#include "agent/outbox.hpp"

#include "support/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace nixbuild::agent {

namespace {

// So much can be written to a pipe that poll(2) calls writable without waiting (pipe(7)); a socket
// takes more.
constexpr std::size_t unblocked_piece = PIPE_BUF;
constexpr short unwritable = POLLERR | POLLNVAL;

void block_sigpipe_in_this_thread() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

} // namespace

Outbox::Outbox(int fd, std::string greeting, std::chrono::milliseconds quiet,
               std::string sign_of_life)
    : fd_(fd)
    , quiet_(quiet)
    , sign_of_life_(std::move(sign_of_life))
    , stop_(make_pipe())
    , waiting_(std::move(greeting))
    , thread_([this] { write_until_stopped(); }) {}

Outbox::~Outbox() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  abandon();
  thread_.join();
}

bool Outbox::offer(std::string_view bytes, std::size_t most) {
  const std::scoped_lock lock(mutex_);
  if (gone_ || waiting_.size() > most) return false;
  waiting_ += bytes;
  changed_.notify_all();
  return true;
}

void Outbox::push(std::string_view bytes, std::size_t most, const CancelToken& cancel) {
  const auto wake = cancel.on_cancel([this](CancelLevel) {
    const std::scoped_lock lock(mutex_);
    changed_.notify_all();
  });
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return gone_ || cancel.cancelled() || waiting_.size() < most; });
  cancel.throw_if_cancelled();
  if (gone_) throw Error(ErrorKind::unavailable, "the client is gone");
  waiting_ += bytes;
  changed_.notify_all();
}

void Outbox::flush() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return gone_ || (waiting_.empty() && !writing_); });
}

void Outbox::abandon() {
  const std::scoped_lock lock(mutex_);
  gone_ = true;
  stop_.write.reset();
  changed_.notify_all();
}

void Outbox::write_until_stopped() {
  block_sigpipe_in_this_thread();
  std::string bytes;
  std::unique_lock lock(mutex_);
  for (;;) {
    const bool asked = changed_.wait_for(
        lock, quiet_, [this] { return stopping_ || (!gone_ && !waiting_.empty()); });
    if (stopping_) return;
    if (!asked) waiting_ += sign_of_life_;
    bytes.clear();
    bytes.swap(waiting_);
    writing_ = true;
    changed_.notify_all();
    lock.unlock();
    write_out(bytes);
    lock.lock();
    writing_ = false;
    changed_.notify_all();
  }
}

void Outbox::write_out(std::string_view bytes) {
  while (!bytes.empty()) {
    std::array<pollfd, 2> entries{{{.fd = fd_, .events = POLLOUT, .revents = 0},
                                   {.fd = stop_.read.get(), .events = POLLIN, .revents = 0}}};
    if (::poll(entries.data(), entries.size(), -1) < 0 && errno != EINTR) return abandon();
    if (entries[1].revents != 0) return;
    if ((entries[0].revents & unwritable) != 0) return abandon();
    if ((entries[0].revents & (POLLOUT | POLLHUP)) == 0) continue;
    const ssize_t written = ::write(fd_, bytes.data(), std::min(bytes.size(), unblocked_piece));
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR && errno != EAGAIN) {
      return abandon();
    }
  }
}

} // namespace nixbuild::agent
