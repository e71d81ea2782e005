#include "context/dial.hpp"

#include "context/remedy.hpp"
#include "process/carrier.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace nixbuild::context {

namespace {

std::string engine_of(const Context& context) {
  return format("at {} (context \"{}\", from {})", context.endpoint.host, context.name,
                to_string(context.origin));
}

// The unix socket itself, with errors that say which engine was meant.
class SocketDialer : public http::Connector {
public:
  SocketDialer(Context context, const Environment& environment, process::Runner& runner)
      : context_(std::move(context))
      , environment_(environment)
      , runner_(runner)
      , connector_(http::unix_connector(context_.endpoint.socket)) {}

  http::Connection connect(const CancelToken& cancel) override {
    try {
      return connector_->connect(cancel);
    } catch (const http::ConnectError& error) {
      throw Error(ErrorKind::unavailable, format("no engine answers {}", engine_of(context_)))
          .with_detail(error.message())
          .with_hint(
              remedy_of_silence(context_, error.errno_value(), environment_, runner_, cancel) +
              "\n`docker nixbuild doctor X3` tells more.");
    }
  }

  std::string peer() const override { return "the engine " + engine_of(context_); }
  bool connects_at_once() const override { return true; }

private:
  Context context_;
  const Environment& environment_;
  process::Runner& runner_;
  std::unique_ptr<http::Connector> connector_;
};

// One `docker … system dial-stdio` for each connection; it copies between its standard streams and
// the engine until either side closes.
class DialStdio : public http::Connector {
public:
  DialStdio(Context context, process::Command command, process::Runner& runner)
      : context_(std::move(context))
      , command_(std::move(command))
      , runner_(runner) {}

  http::Connection connect(const CancelToken& cancel) override {
    cancel.throw_if_cancelled();
    Pipe ends = make_socket_pair();
    // Lives as long as whoever may ask for its words, and so as the connection.
    std::shared_ptr<process::Child> child =
        runner_.start_on_socket(command_, std::move(ends.write));
    return {std::move(ends.read), [child] {
              // With our end closed it has nothing left to copy, and ends.
              (void)child->ends_within(patience);
              return child->tail_of_stderr();
            }};
  }

  std::string peer() const override { return "the engine " + engine_of(context_); }

private:
  static constexpr std::chrono::seconds patience{2};

  Context context_;
  process::Command command_;
  process::Runner& runner_;
};

} // namespace

std::vector<std::string> docker_command(const Context& context, const GlobalFlags& flags,
                                        std::string docker_program) {
  std::vector<std::string> argv{std::move(docker_program)};
  argv.insert(argv.end(), flags.as_typed.begin(), flags.as_typed.end());
  // Asked for by something else than docker's own flags.
  if (flags.as_typed.empty() && context.origin == Origin::context_flag) {
    argv.insert(argv.end(), {"--context", context.name});
  }
  return argv;
}

std::unique_ptr<http::Connector> engine_connector(const Context& context, const GlobalFlags& flags,
                                                  std::string docker_program,
                                                  const Environment& environment,
                                                  process::Runner& runner) {
  if (context.endpoint.scheme == Endpoint::Scheme::unix_socket) {
    return std::make_unique<SocketDialer>(context, environment, runner);
  }
  process::Command command =
      process::carrier(docker_command(context, flags, std::move(docker_program)));
  command.argv.insert(command.argv.end(), {"system", "dial-stdio"});
  return std::make_unique<DialStdio>(context, std::move(command), runner);
}

} // namespace nixbuild::context
