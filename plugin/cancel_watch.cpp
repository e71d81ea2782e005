#include "plugin/cancel_watch.hpp"

#include "plugin/cli_socket.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

namespace nixbuild::plugin {

namespace {

bool is_ignored(int signal) {
  struct sigaction action{};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t signals_to_watch() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  for (const int signal : {SIGINT, SIGHUP})
    if (!is_ignored(signal)) ::sigaddset(&set, signal);
  return set;
}

// Whether the peer has closed; what it sends instead is of no meaning.
bool has_ended(int socket) {
  std::array<std::byte, 64> ignored{};
  ssize_t count = 0;
  do
    count = ::read(socket, ignored.data(), ignored.size());
  while (count < 0 && errno == EINTR);
  return count <= 0;
}

} // namespace

SignalDisposition::SignalDisposition(int signal, void (*handler)(int)) : signal_(signal) {
  struct sigaction action{};
  action.sa_handler = handler;
  ::sigaction(signal_, &action, &old_);
}

SignalDisposition::~SignalDisposition() {
  ::sigaction(signal_, &old_, nullptr);
}

CancelWatch::CancelWatch(CancelSource cancel, const Environment& environment,
                         std::function<void()> give_up)
    : cancel_(std::move(cancel))
    , give_up_(std::move(give_up))
    , watched_(signals_to_watch())
    , socket_(connect_cli_socket(environment))
    , stop_socket_thread_(make_pipe()) {
  ::pthread_sigmask(SIG_BLOCK, &watched_, &old_mask_);
  signal_thread_ = std::thread([this] { wait_for_signals(); });
  if (socket_) socket_thread_ = std::thread([this] { wait_for_end_of_socket(); });
}

CancelWatch::~CancelWatch() {
  stopping_ = true;
  // Wakes sigwait; the signal is blocked everywhere, so nothing is terminated by it.
  // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread)
  ::pthread_kill(signal_thread_.native_handle(), SIGTERM);
  stop_socket_thread_.write.reset();
  signal_thread_.join();
  if (socket_thread_.joinable()) socket_thread_.join();
  ::pthread_sigmask(SIG_SETMASK, &old_mask_, nullptr);
}

void CancelWatch::wait_for_signals() {
  for (int count = 0;;) {
    int signal = 0;
    if (::sigwait(&watched_, &signal) != 0) continue;
    if (stopping_) return;
    ++count;
    if (count == 1)
      cancel_.raise(CancelLevel::graceful);
    else if (count == 2)
      cancel_.raise(CancelLevel::forced);
    else
      give_up_();
  }
}

void CancelWatch::wait_for_end_of_socket() {
  std::array<pollfd, 2> entries{
      {{.fd = socket_.get(), .events = POLLIN, .revents = 0},
       {.fd = stop_socket_thread_.read.get(), .events = POLLIN, .revents = 0}}};
  while (true) {
    if (::poll(entries.data(), entries.size(), -1) < 0 && errno != EINTR) return;
    if (entries[1].revents != 0) return;
    if (entries[0].revents == 0 || !has_ended(socket_.get())) continue;
    cancel_.raise(CancelLevel::graceful);
    return;
  }
}

} // namespace nixbuild::plugin
