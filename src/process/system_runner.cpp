#include "process/background_child.hpp"
#include "process/line_splitter.hpp"
#include "process/runner.hpp"
#include "process/supervise.hpp"
#include "support/error.hpp"

#include <cerrno>
#include <chrono>
#include <utility>

#include <fcntl.h>

namespace nixbuild::process {

namespace {

constexpr std::chrono::seconds grace{5};

UniqueFd open_null() {
  UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!null) throw system_error(errno, "cannot open /dev/null");
  return null;
}

OutputPipe lines_of(UniqueFd pipe, const LineHandler& handler) {
  return {.read = std::move(pipe),
          .on_bytes = [&handler, lines = LineSplitter()](std::string_view bytes) mutable {
            if (!handler) return;
            if (bytes.empty()) {
              lines.finish(handler);
            } else {
              lines.feed(bytes, handler);
            }
          }};
}

class SystemRunner final : public Runner {
public:
  ExitStatus run(const Command& command, const LineHandler& on_stdout, const LineHandler& on_stderr,
                 const CancelToken& cancel) override {
    cancel.throw_if_cancelled();
    Pipe out = make_pipe();
    Pipe err = make_pipe();
    // The calling thread waits for the program, so the parent-death signal is safe here.
    ChildProcess child(command,
                       {.in = open_null().get(), .out = out.write.get(), .err = err.write.get()});
    out.write.reset();
    err.write.reset();
    std::vector<OutputPipe> outputs;
    outputs.push_back(lines_of(std::move(out.read), on_stdout));
    outputs.push_back(lines_of(std::move(err.read), on_stderr));
    const ExitStatus status = supervise(child, std::move(outputs), cancel, grace);
    cancel.throw_if_cancelled();
    return status;
  }

  std::unique_ptr<Child> start_on_socket(const Command& command, UniqueFd socket) override {
    return std::make_unique<BackgroundChild>(command, std::move(socket));
  }
};

} // namespace

std::unique_ptr<Runner> system_runner() {
  return std::make_unique<SystemRunner>();
}

} // namespace nixbuild::process
