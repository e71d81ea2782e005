#pragma once

#include "process/command.hpp"
#include "process/spawn.hpp"
#include "support/unique_fd.hpp"

#include <sys/types.h>

namespace nixbuild::process {

// A program of ours that is running or has ended but was not yet collected, so that its process
// id cannot belong to anybody else. Left behind, it is killed with its group and collected.
class ChildProcess {
public:
  ChildProcess(const Command& command, const StandardStreams& streams);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  // Readable for poll(2) when the program has ended; -1 where the system has no such descriptor,
  // then ask has_ended() from time to time.
  [[nodiscard]] int end_fd() const noexcept { return end_fd_.get(); }
  [[nodiscard]] bool has_ended() const noexcept;

  // Sends `signal` to the program and everything in its process group.
  void signal_group(int signal) const noexcept;

  // Waits for the end and collects the program.
  ExitStatus collect();

private:
  pid_t pid_;
  UniqueFd end_fd_;
};

} // namespace nixbuild::process
