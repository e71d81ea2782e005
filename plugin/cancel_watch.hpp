#pragma once

#include "support/cancel.hpp"
#include "support/environment.hpp"
#include "support/unique_fd.hpp"

#include <atomic>
#include <csignal>
#include <functional>
#include <mutex>
#include <thread>

namespace nixbuild::plugin {

// What a signal does to the process, as long as this lives.
class SignalDisposition {
public:
  SignalDisposition(int signal, void (*handler)(int));
  SignalDisposition(const SignalDisposition&) = delete;
  SignalDisposition& operator=(const SignalDisposition&) = delete;
  ~SignalDisposition();

private:
  int signal_;
  struct sigaction old_{};
};

// The one way in which a user stops us: SIGINT, SIGTERM, SIGHUP, and the end of the docker CLI's
// socket, which all mean the same and often come together. The first one cancels, a second signal
// cancels at the forced level, a third one calls `give_up`.
//
// To be made before any other thread, which then inherits the blocked signals. A SIGINT or SIGHUP
// that was ignored (nohup, a background job) stays ignored; SIGPIPE is ignored as well. All of it
// is undone at the end.
class CancelWatch {
public:
  // `give_up` is called on a thread of ours. Throws an Error of kind io.
  CancelWatch(CancelSource cancel, const Environment& environment, std::function<void()> give_up);
  CancelWatch(const CancelWatch&) = delete;
  CancelWatch& operator=(const CancelWatch&) = delete;
  ~CancelWatch();

private:
  void wait_for_signals();
  void wait_for_end_of_socket();

  CancelSource cancel_;
  std::function<void()> give_up_;
  sigset_t watched_{};
  sigset_t old_mask_{};
  SignalDisposition pipe_{SIGPIPE, SIG_IGN};
  // Also wakes our thread, and an ignored signal would not everywhere.
  SignalDisposition term_{SIGTERM, SIG_DFL};
  std::atomic<bool> stopping_ = false;
  UniqueFd socket_;
  Pipe stop_socket_thread_;
  std::thread signal_thread_;
  std::thread socket_thread_;
};

} // namespace nixbuild::plugin
