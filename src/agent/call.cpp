#include "agent/call.hpp"

#include "agent/error_json.hpp"
#include "agent/event_json.hpp"
#include "agent/frames.hpp"
#include "agent/link.hpp"
#include "agent/remote_events.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace nixbuild::agent {

struct Connection::State {
  std::unique_ptr<process::Child> child;
  Link link;
  std::string peer;
  Hello hello;
  progress::Clock::duration offset{};
};

namespace {

// How long the agent may take to stop before we go without it; it then stops alone.
constexpr std::chrono::seconds graceful_patience{30};
constexpr std::chrono::seconds forced_patience{2};
constexpr std::size_t most_unsent = std::size_t{1} << 20U;

// With our end of the connection closed, the program that carried it has nothing left to do.
constexpr std::chrono::seconds carrier_patience{2};

std::optional<process::ExitStatus> end_of(process::Child& carrier) {
  if (!carrier.ends_within(carrier_patience)) return std::nullopt;
  return carrier.wait();
}

std::string ending_of(const std::optional<process::ExitStatus>& status) {
  if (!status) return "still running";
  return status->signal ? format("signal {}", *status->signal) : format("status {}", status->code);
}

// One call while it runs.
class Call {
public:
  Call(process::Child& child, Link& link, const std::string& peer, RemoteEvents& events,
       const CancelToken& cancel)
      : child_(child)
      , link_(link)
      , peer_(peer)
      , events_(events)
      , cancel_(cancel)
      , watch_forced_(cancel.on_cancel([this](CancelLevel level) {
        if (level == CancelLevel::forced) forced_.raise(level);
      })) {}

  std::string run(const std::string& request, const Answerer& answerer) {
    link_.queue(FrameType::request, request);
    for (;;) {
      Frame frame = next();
      if (frame.type == FrameType::report) return std::move(frame.payload);
      if (frame.type != FrameType::ask) throw out_of_turn();
      answer(frame.payload, answerer);
    }
  }

  // The next frame that is neither progress nor the end.
  Frame next() {
    for (;;) {
      if (auto frame = next_received()) return std::move(*frame);
      if (link_.ended()) throw lost();
      wait();
    }
  }

  void send_data(std::span<const std::byte> data) {
    while (!data.empty()) {
      const auto piece = data.first(std::min(data.size(), longest_data));
      link_.queue(FrameType::data, {reinterpret_cast<const char*>(piece.data()), piece.size()});
      data = data.subspan(piece.size());
      while (link_.unsent() > most_unsent)
        make_room();
    }
  }

  [[nodiscard]] Error out_of_turn() {
    over_ = true;
    return {ErrorKind::corrupt, format("the agent on {} said something out of turn", peer_)};
  }

private:
  // What the agent sent with a question.
  class QuestionData final : public archive::Source {
  public:
    explicit QuestionData(Call& call) : call_(call) {}
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

    Call& call_;
    std::string piece_;
    std::size_t read_ = 0; // of piece_
    bool finished_ = false;
  };

  class AnswerData final : public archive::Sink {
  public:
    AnswerData(Call& call, QuestionData& question) : call_(call), question_(question) {}
    void write(std::span<const std::byte> data) override {
      question_.drop_rest();
      call_.send_data(data);
    }

  private:
    Call& call_;
    QuestionData& question_;
  };

  void answer(const std::string& question, const Answerer& answerer) {
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

  std::optional<Frame> next_received() {
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

  // While we send, the agent has nothing to say but how far it is, or that it failed.
  void make_room() {
    if (next_received()) throw out_of_turn();
    if (link_.ended()) throw lost();
    wait();
  }

  void wait() {
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

  void tell_to_stop(CancelLevel level) {
    const bool forced = level == CancelLevel::forced;
    link_.queue(FrameType::cancel, forced ? "forced" : "graceful");
    told_ = level;
    deadline_ = std::chrono::steady_clock::now() + (forced ? forced_patience : graceful_patience);
  }

  // The agent's work ends before what went wrong here is told.
  void stop_agent() noexcept {
    try {
      if (told_ == CancelLevel::none) tell_to_stop(CancelLevel::graceful);
      while (next().type != FrameType::report) {
      }
    } catch (const std::exception&) {
      return; // it stopped, or it is gone and stops alone
    }
  }

  Error lost() {
    over_ = true;
    link_.close();
    const std::optional<process::ExitStatus> status = end_of(child_);
    return Error(ErrorKind::unavailable, format("the connection to the agent on {} was lost ({})",
                                                peer_, ending_of(status)))
        .with_detail(child_.tail_of_stderr());
  }

  process::Child& child_;
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

// Waits for the first frame; nothing when the program ends, or says something else, before.
std::optional<Frame> first_frame(Link& link, const CancelToken& cancel) {
  for (;;) {
    try {
      if (auto frame = link.next()) return frame;
    } catch (const Error&) {
      return std::nullopt;
    }
    if (link.ended()) return std::nullopt;
    if (link.move(cancel.poll_fd(), {}) == Link::Woken::stopped) cancel.throw_if_cancelled();
  }
}

} // namespace

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection::~Connection() = default;

const Hello& Connection::hello() const noexcept {
  return state_->hello;
}

std::expected<Connection, NoGreeting> Connection::open(std::unique_ptr<process::Child> child,
                                                       UniqueFd socket, std::string peer,
                                                       const CancelToken& cancel) {
  Link link(std::move(socket));
  const std::optional<Frame> frame = first_frame(link, cancel);
  if (!frame) {
    NoGreeting other{.out = std::string(link.rest())};
    if (link.ended()) {
      link.close();
      other.status = end_of(*child);
    }
    other.err = child->tail_of_stderr();
    return std::unexpected(std::move(other));
  }
  if (frame->type != FrameType::hello)
    throw Error(ErrorKind::corrupt, format("the agent on {} does not greet", peer));
  Hello hello = hello_from_json(frame->payload);
  if (hello.protocol != protocol_version) {
    throw Error(ErrorKind::corrupt,
                format("the agent on {} (version {}) speaks version {} of the protocol, not {}",
                       peer, hello.version, hello.protocol, protocol_version));
  }
  const auto offset = progress::Clock::now() - hello.time;
  return Connection(std::make_unique<State>(State{.child = std::move(child),
                                                  .link = std::move(link),
                                                  .peer = std::move(peer),
                                                  .hello = std::move(hello),
                                                  .offset = offset}));
}

std::string Connection::call(const std::string& request, progress::Reporter& reporter,
                             const Answerer& answerer, const CancelToken& cancel) {
  RemoteEvents events(reporter, state_->offset);
  try {
    Call call(*state_->child, state_->link, state_->peer, events, cancel);
    return call.run(request, answerer);
  } catch (const Error& error) {
    const bool cancelled = cancel.cancelled() || error.kind() == ErrorKind::cancelled;
    events.end_open_steps(cancelled ? progress::Outcome::cancelled : progress::Outcome::failed,
                          cancelled ? std::string() : error.message());
    throw;
  }
}

} // namespace nixbuild::agent
