#include "agent/call.hpp"

#include "agent/frames.hpp"
#include "agent/link.hpp"
#include "agent/remote_events.hpp"
#include "agent/running_call.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

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
      other.status = end_of_carrier(*child);
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
    RunningCall call(*state_->child, state_->link, state_->peer, events, cancel);
    return call.run(request, answerer);
  } catch (const Error& error) {
    const bool cancelled = cancel.cancelled() || error.kind() == ErrorKind::cancelled;
    events.end_open_steps(cancelled ? progress::Outcome::cancelled : progress::Outcome::failed,
                          cancelled ? std::string() : error.message());
    throw;
  }
}

} // namespace nixbuild::agent
