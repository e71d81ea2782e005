#include "process/background_child.hpp"

#include "process/supervise.hpp"

#include <chrono>
#include <utility>

namespace nixbuild::process {

namespace {

constexpr std::size_t tail_length = 4096;
constexpr std::chrono::seconds grace{2};

} // namespace

BackgroundChild::BackgroundChild(Command command, UniqueFd socket) {
  std::promise<void> started;
  std::promise<ExitStatus> ended;
  std::future<void> start = started.get_future();
  ended_ = ended.get_future().share();
  thread_ = std::thread([this, command = std::move(command), socket = std::move(socket),
                         started = std::move(started), ended = std::move(ended)]() mutable {
    live(command, std::move(socket), std::move(started), std::move(ended));
  });
  try {
    start.get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

BackgroundChild::~BackgroundChild() {
  stop_.raise(CancelLevel::graceful);
  thread_.join();
}

std::string BackgroundChild::tail_of_stderr() const {
  const std::scoped_lock lock(mutex_);
  return tail_;
}

void BackgroundChild::keep_tail(std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  tail_ += bytes;
  if (tail_.size() > tail_length) tail_.erase(0, tail_.size() - tail_length);
}

void BackgroundChild::live(const Command& command, UniqueFd socket, std::promise<void> started,
                           std::promise<ExitStatus> ended) {
  bool running = false;
  try {
    Pipe err = make_pipe();
    ChildProcess child(command, {.in = socket.get(), .out = socket.get(), .err = err.write.get()});
    // Only the program may hold these, or the other end never sees the end of file.
    socket.reset();
    err.write.reset();
    running = true;
    started.set_value();
    std::vector<OutputPipe> outputs;
    outputs.push_back({.read = std::move(err.read),
                       .on_bytes = [this](std::string_view bytes) { keep_tail(bytes); }});
    ended.set_value(supervise(child, std::move(outputs), stop_.token(), grace));
  } catch (...) {
    if (running) {
      ended.set_exception(std::current_exception());
    } else {
      started.set_exception(std::current_exception());
    }
  }
}

} // namespace nixbuild::process
