#include "agent/inbox.hpp"

#include "support/error.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <poll.h>

namespace nixbuild::agent {

namespace {

// More than this is left with the connection until the work has fetched some.
constexpr std::size_t most_kept = std::size_t{4} << 20U;

Error out_of_turn() {
  return {ErrorKind::corrupt, "the client said something that was not asked for"};
}

CancelLevel level_of(const Frame& frame) {
  if (frame.payload == "forced") return CancelLevel::forced;
  if (frame.payload == "graceful") return CancelLevel::graceful;
  throw Error(ErrorKind::corrupt, "the client asked to be cancelled in an unknown way");
}

} // namespace

Inbox::Inbox(int fd, CancelSource cancel, std::chrono::milliseconds grace,
             std::function<void()> on_gone)
    : fd_(fd)
    , cancel_(std::move(cancel))
    , grace_(grace)
    , on_gone_(std::move(on_gone))
    , stop_(make_pipe())
    , thread_([this] { read_until_stopped(); }) {}

Inbox::~Inbox() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    stop_.write.reset();
    changed_.notify_all();
  }
  thread_.join();
}

std::string Inbox::request() {
  std::unique_lock lock(mutex_);
  return pop(lock).payload;
}

void Inbox::begin_exchange() {
  const CancelToken token = cancel_.token();
  const auto wake = wake_when_cancelled(token);
  std::unique_lock lock(mutex_);
  // The answer to a question whose asker gave up has to pass first.
  changed_.wait(lock, [&] { return token.cancelled() || end_ || expected_ == Expected::nothing; });
  token.throw_if_cancelled();
  if (end_) throw Error(*end_);
  expected_ = Expected::answer;
}

void Inbox::end_exchange() noexcept {
  const std::scoped_lock lock(mutex_);
  if (expected_ == Expected::answer) expected_ = Expected::rest_of_answer;
  frames_.clear();
  bytes_ = 0;
  changed_.notify_all();
}

Frame Inbox::next() {
  const CancelToken token = cancel_.token();
  const auto wake = wake_when_cancelled(token);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return token.cancelled() || end_ || !frames_.empty(); });
  token.throw_if_cancelled();
  return pop(lock);
}

CancelToken::Registration Inbox::wake_when_cancelled(const CancelToken& token) {
  return token.on_cancel([this](CancelLevel) {
    const std::scoped_lock lock(mutex_);
    changed_.notify_all();
  });
}

Frame Inbox::pop(std::unique_lock<std::mutex>& lock) {
  changed_.wait(lock, [this] { return end_ || !frames_.empty(); });
  if (frames_.empty()) throw Error(*end_);
  Frame frame = std::move(frames_.front());
  frames_.pop_front();
  bytes_ -= frame.payload.size();
  changed_.notify_all();
  return frame;
}

void Inbox::read_until_stopped() {
  FrameReader reader;
  try {
    while (read_frames(reader)) {
    }
  } catch (const Error& error) {
    end_with(error);
  }
  std::unique_lock lock(mutex_);
  if (stopping_) return;
  lock.unlock();
  cancel_.raise(CancelLevel::graceful);
  lock.lock();
  if (changed_.wait_for(lock, grace_, [this] { return stopping_; })) return;
  lock.unlock();
  cancel_.raise(CancelLevel::forced);
  on_gone_();
}

bool Inbox::read_frames(FrameReader& reader) {
  std::array<pollfd, 2> entries{{{.fd = fd_, .events = POLLIN, .revents = 0},
                                 {.fd = stop_.read.get(), .events = POLLIN, .revents = 0}}};
  if (::poll(entries.data(), entries.size(), -1) < 0) {
    if (errno == EINTR) return true;
    throw system_error(errno, "cannot wait for the client");
  }
  if (entries[1].revents != 0) return false;
  std::array<std::byte, std::size_t{64} << 10U> buffer; // NOLINT: filled before it is read
  const std::size_t got = read_some(fd_, buffer);
  if (got == 0) throw Error(ErrorKind::unavailable, "the client is gone");
  reader.feed({reinterpret_cast<const char*>(buffer.data()), got});
  while (auto frame = reader.next())
    take(std::move(*frame));
  return true;
}

void Inbox::take(Frame frame) {
  if (frame.type == FrameType::cancel) {
    cancel_.raise(level_of(frame));
    return;
  }
  std::unique_lock lock(mutex_);
  changed_.wait(
      lock, [this] { return stopping_ || expected_ != Expected::answer || bytes_ < most_kept; });
  const bool is_answer = frame.type == FrameType::answer;
  if (expected_ == Expected::request) {
    if (frame.type != FrameType::request) throw out_of_turn();
  } else if (expected_ == Expected::nothing || (!is_answer && frame.type != FrameType::data)) {
    throw out_of_turn();
  }
  const bool is_wanted = expected_ != Expected::rest_of_answer;
  if (expected_ == Expected::request || is_answer) expected_ = Expected::nothing;
  if (is_wanted) {
    bytes_ += frame.payload.size();
    frames_.push_back(std::move(frame));
  }
  changed_.notify_all();
}

void Inbox::end_with(Error reason) {
  const std::scoped_lock lock(mutex_);
  end_ = std::move(reason);
  changed_.notify_all();
}

} // namespace nixbuild::agent
