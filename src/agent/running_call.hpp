#pragma once

#include "agent/conversation.hpp"
#include "agent/frames.hpp"
#include "agent/link.hpp"
#include "agent/remote_events.hpp"
#include "process/runner.hpp"
#include "support/cancel.hpp"
#include "support/error.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace nixbuild::agent {

// How the program that carried a connection ended, now that our end is closed and it has nothing
// left to do; nothing when it has not.
[[nodiscard]] std::optional<process::ExitStatus> end_of_carrier(process::Child& carrier);

// One call to the agent while it runs: see Connection::call.
class RunningCall {
public:
  // All must live longer.
  RunningCall(process::Child& carrier, Link& link, const std::string& peer, RemoteEvents& events,
              const CancelToken& cancel);

  [[nodiscard]] std::string run(const std::string& request, const Answerer& answerer);

private:
  class QuestionData;
  class AnswerData;

  [[nodiscard]] Frame next();
  [[nodiscard]] std::optional<Frame> next_received();
  void answer(const std::string& question, const Answerer& answerer);
  void send_data(std::span<const std::byte> data);
  void make_room();
  void wait();
  void tell_to_stop(CancelLevel level);
  void stop_agent() noexcept;
  [[nodiscard]] Error lost();
  [[nodiscard]] Error out_of_turn();

  process::Child& carrier_;
  Link& link_;
  const std::string& peer_;
  RemoteEvents& events_;
  const CancelToken& cancel_;
  CancelSource forced_;
  CancelToken::Registration watch_forced_;
  CancelLevel told_ = CancelLevel::none;
  Link::Deadline deadline_;
  bool over_ = false; // the agent has ended, or we do not wait for it any more
};

} // namespace nixbuild::agent
