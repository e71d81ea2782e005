#include "process/child_process.hpp"

#include "support/error.hpp"

#include <cerrno>
#include <csignal>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#elif defined(__APPLE__)
#include <sys/event.h>
#endif

namespace nixbuild::process {

namespace {

UniqueFd watch_end([[maybe_unused]] pid_t pid) {
#if defined(__linux__) && defined(SYS_pidfd_open)
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
#elif defined(__APPLE__)
  UniqueFd queue(::kqueue());
  struct kevent change{};
  EV_SET(&change, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, nullptr);
  if (!queue || ::kevent(queue.get(), &change, 1, nullptr, 0, nullptr) < 0) return {};
  return queue;
#else
  return {};
#endif
}

} // namespace

ChildProcess::ChildProcess(const Command& command, const StandardStreams& streams)
    : pid_(spawn(command, streams))
    , end_fd_(watch_end(pid_)) {}

ChildProcess::~ChildProcess() {
  if (pid_ <= 0) return;
  signal_group(SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool ChildProcess::has_ended() const noexcept {
  siginfo_t info{};
  // WNOWAIT: the process id stays ours, so that its group can still be signalled safely.
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid_;
}

void ChildProcess::signal_group(int signal) const noexcept {
  if (pid_ > 0) ::kill(-pid_, signal);
}

ExitStatus ChildProcess::collect() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) throw system_error(errno, "cannot wait for a program");
  }
  pid_ = -1;
  if (WIFSIGNALED(status)) return {.code = 0, .signal = WTERMSIG(status)};
  return {.code = WEXITSTATUS(status)};
}

} // namespace nixbuild::process
