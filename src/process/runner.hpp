#pragma once

#include "process/command.hpp"
#include "support/cancel.hpp"
#include "support/unique_fd.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace nixbuild::process {

// One line of output without its line end; a last line without one counts too. Lines longer than
// 1 MiB arrive in pieces. Called on the thread that called run().
using LineHandler = std::function<void(std::string_view line)>;

// A program that runs beside us. Its destructor ends the program's whole process group (SIGTERM,
// after two seconds SIGKILL) and waits for it.
class Child {
public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  virtual ~Child() = default;

  // Waits until the program ends; `tail_of_stderr` is then complete.
  virtual ExitStatus wait() = 0;
  // Waits no longer than that; whether it has ended.
  [[nodiscard]] virtual bool ends_within(std::chrono::milliseconds limit) = 0;
  // The last 4 KiB that it wrote on stderr up to now.
  [[nodiscard]] virtual std::string tail_of_stderr() const = 0;
};

// Starts programs. Every child gets a session and process group of its own (hence no terminal: a
// program cannot stop to ask for a password), default signal dispositions, an empty signal mask and
// no descriptor of ours above 2; on Linux it gets SIGTERM when we die, by whatever cause. stdin is
// /dev/null unless said otherwise. Safe to use from any thread.
class Runner {
public:
  Runner() = default;
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  virtual ~Runner() = default;

  // Runs `command` to its end, handing on stdout and stderr line by line as they come; an empty
  // handler drops them. When `cancel` is raised the process group gets SIGTERM, SIGKILL at the
  // forced level or after five seconds, and an Error of kind cancelled is thrown once it has
  // ended. What a handler throws ends the program in the same way and is thrown on. Throws
  // not_found when the program does not exist. A failing program is no error here: see the status.
  virtual ExitStatus run(const Command& command, const LineHandler& on_stdout,
                         const LineHandler& on_stderr, const CancelToken& cancel) = 0;

  // Starts `command` with `socket` as both its stdin and stdout, and stderr kept. Throws not_found
  // as above.
  virtual std::unique_ptr<Child> start_on_socket(const Command& command, UniqueFd socket) = 0;
};

// Both outputs of a finished command, joined by newlines; at most `limit` bytes of each are kept
// (then an Error of kind corrupt is thrown).
struct Captured {
  ExitStatus status;
  std::string out;
  std::string err;
};
[[nodiscard]] Captured capture(Runner& runner, const Command& command, const CancelToken& cancel,
                               std::size_t limit = std::size_t{64} << 20U);

// The Runner of the operating system.
[[nodiscard]] std::unique_ptr<Runner> system_runner();

} // namespace nixbuild::process
