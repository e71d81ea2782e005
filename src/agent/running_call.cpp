#include "agent/running_call.hpp"

#include "agent/error_json.hpp"
#include "agent/event_json.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <utility>

namespace nixbuild::agent {

namespace {

// How long the agent may take to stop before we go without it; it then stops alone.
constexpr std::chrono::seconds graceful_patience{30};
constexpr std::chrono::seconds forced_patience{2};
constexpr std::size_t most_unsent = std::size_t{1} << 20U;

constexpr std::chrono::seconds carrier_patience{2};

std::string ending_of(const std::optional<process::ExitStatus>& status) {
  if (!status) return "still running";
  return status->signal ? format("signal {}", *status->signal) : format("status {}", status->code);
}

} // namespace

std::optional<process::ExitStatus> end_of_carrier(process::Child& carrier) {
  if (!carrier.ends_within(carrier_patience)) return std::nullopt;
  return carrier.wait();
}

// What the agent sent with a question.
class RunningCall::QuestionData final : public archive::Source {
public:
  explicit QuestionData(RunningCall& call) : call_(call) {}
  std::size_t read(std::span<std::byte> buffer) override {
    while (piece_.size() == read_ && !finished_)
      fetch();
    const std::size_t count = std::min(buffer.size(), piece_.size() - read_);
    std::ranges::copy(std::as_bytes(std::span(piece_)).subspan(read_, count), buffer.begin());
    read_ += count;
    return count;
  }
  void drop_rest() {
    while (!finished_)
      fetch();
    piece_.clear();
    read_ = 0;
  }

private:
  void fetch() {
    Frame frame = call_.next();
    if (frame.type != FrameType::data) throw call_.out_of_turn();
    piece_ = std::move(frame.payload);
    read_ = 0;
    finished_ = piece_.empty();
  }

  RunningCall& call_;
  std::string piece_;
  std::size_t read_ = 0; // of piece_
  bool finished_ = false;
};

class RunningCall::AnswerData final : public archive::Sink {
public:
  AnswerData(RunningCall& call, QuestionData& question) : call_(call), question_(question) {}
  void write(std::span<const std::byte> data) override {
    question_.drop_rest();
    call_.send_data(data);
  }

private:
  RunningCall& call_;
  QuestionData& question_;
};

RunningCall::RunningCall(process::Child& carrier, Link& link, const std::string& peer,
                         RemoteEvents& events, const CancelToken& cancel)
    : carrier_(carrier)
    , link_(link)
    , peer_(peer)
    , events_(events)
    , cancel_(cancel)
    , watch_forced_(cancel.on_cancel([this](CancelLevel level) {
      if (level == CancelLevel::forced) forced_.raise(level);
    })) {}

std::string RunningCall::run(const std::string& request, const Answerer& answerer) {
  link_.queue(FrameType::request, request);
  for (;;) {
    Frame frame = next();
    if (frame.type == FrameType::report) return std::move(frame.payload);
    if (frame.type != FrameType::ask) throw out_of_turn();
    answer(frame.payload, answerer);
  }
}

// The next frame that is neither progress nor the end.
Frame RunningCall::next() {
  for (;;) {
    if (auto frame = next_received()) return std::move(*frame);
    if (link_.ended()) throw lost();
    wait();
  }
}

std::optional<Frame> RunningCall::next_received() {
  try {
    while (auto frame = link_.next()) {
      if (frame->type == FrameType::error) throw error_from_json(frame->payload);
      if (frame->type == FrameType::alive) continue;
      if (frame->type != FrameType::event) return frame;
      events_.report(event_from_json(frame->payload));
    }
    return std::nullopt;
  } catch (const Error&) {
    over_ = true;
    throw;
  }
}

void RunningCall::answer(const std::string& question, const Answerer& answerer) {
  QuestionData data(*this);
  AnswerData back(*this, data);
  try {
    const std::string text = answerer(question, data, back);
    data.drop_rest();
    link_.queue(FrameType::answer, text);
  } catch (...) {
    if (!over_) stop_agent();
    throw;
  }
}

void RunningCall::send_data(std::span<const std::byte> data) {
  while (!data.empty()) {
    const auto piece = data.first(std::min(data.size(), longest_data));
    link_.queue(FrameType::data, {reinterpret_cast<const char*>(piece.data()), piece.size()});
    data = data.subspan(piece.size());
    while (link_.unsent() > most_unsent)
      make_room();
  }
}

// While we send, the agent has nothing to say but how far it is, or that it failed.
void RunningCall::make_room() {
  if (next_received()) throw out_of_turn();
  if (link_.ended()) throw lost();
  wait();
}

void RunningCall::wait() {
  const bool told = told_ != CancelLevel::none;
  const int stop_fd = told_ == CancelLevel::forced ? -1
                      : told                       ? forced_.token().poll_fd()
                                                   : cancel_.poll_fd();
  switch (link_.move(stop_fd, deadline_)) {
  case Link::Woken::moved:
    return;
  case Link::Woken::stopped:
    tell_to_stop(cancel_.level());
    return;
  case Link::Woken::late:
    over_ = true;
    throw Error(ErrorKind::cancelled, format("cancelled; the agent on {} has not said yet that "
                                             "it stopped",
                                             peer_));
  }
}

void RunningCall::tell_to_stop(CancelLevel level) {
  const bool forced = level == CancelLevel::forced;
  link_.queue(FrameType::cancel, forced ? "forced" : "graceful");
  told_ = level;
  deadline_ = std::chrono::steady_clock::now() + (forced ? forced_patience : graceful_patience);
}

// The agent's work ends before what went wrong here is told.
void RunningCall::stop_agent() noexcept {
  try {
    if (told_ == CancelLevel::none) tell_to_stop(CancelLevel::graceful);
    while (next().type != FrameType::report) {
    }
  } catch (const std::exception&) {
    return; // it stopped, or it is gone and stops alone
  }
}

Error RunningCall::lost() {
  over_ = true;
  link_.close();
  const std::optional<process::ExitStatus> status = end_of_carrier(carrier_);
  return Error(ErrorKind::unavailable,
               format("the connection to the agent on {} was lost ({})", peer_, ending_of(status)))
      .with_detail(carrier_.tail_of_stderr());
}

Error RunningCall::out_of_turn() {
  over_ = true;
  return {ErrorKind::corrupt, format("the agent on {} said something out of turn", peer_)};
}

} // namespace nixbuild::agent
