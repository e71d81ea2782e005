#pragma once

#include "process/runner.hpp"

#include <exception>
#include <future>
#include <mutex>
#include <string>
#include <thread>

namespace nixbuild::process {

// A program with a thread of ours beside it. The thread starts the program, so that the
// parent-death signal is bound to a thread that lives as long as the program does; it keeps
// stderr empty, so that the program never blocks on it; and it collects the program.
class BackgroundChild final : public Child {
public:
  // Throws what spawn() throws.
  BackgroundChild(Command command, UniqueFd socket);
  ~BackgroundChild() override;

  ExitStatus wait() override { return ended_.get(); }
  [[nodiscard]] bool ends_within(std::chrono::milliseconds limit) override {
    return ended_.wait_for(limit) == std::future_status::ready;
  }
  [[nodiscard]] std::string tail_of_stderr() const override;

private:
  void live(const Command& command, UniqueFd socket, std::promise<void> started,
            std::promise<ExitStatus> ended);
  void keep_tail(std::string_view bytes);

  CancelSource stop_;
  mutable std::mutex mutex_;
  std::string tail_;
  std::shared_future<ExitStatus> ended_;
  std::thread thread_;
};

} // namespace nixbuild::process
