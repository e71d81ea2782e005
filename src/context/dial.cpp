#include "context/dial.hpp"

#include "support/error.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <cerrno>
#include <mutex>
#include <utility>
#include <vector>

namespace nixbuild::context {

namespace {

std::string endpoint_of(const Context& context) {
  return format("at {} (context '{}', from {})", context.endpoint.host, context.name,
                to_string(context.origin));
}

std::string remedy(const Context& context, int errno_value) {
  switch (errno_value) {
  case ENOENT:
    return "is the engine running? `docker context ls` shows the others";
  case ECONNREFUSED:
    return "the socket is there and nobody listens: the engine has stopped; start it again";
  case EACCES:
    return format("add yourself to the group that owns {} (usually docker), then log in anew",
                  context.endpoint.socket.string());
  default:
    return "does `docker version` reach it?";
  }
}

// The unix socket itself, with errors that say which engine was meant.
class SocketDialer : public http::Connector {
public:
  explicit SocketDialer(Context context)
      : context_(std::move(context))
      , connector_(http::unix_connector(context_.endpoint.socket)) {}

  UniqueFd connect(const CancelToken& cancel) override {
    try {
      return connector_->connect(cancel);
    } catch (const http::ConnectError& error) {
      throw Error(ErrorKind::unavailable, format("no engine answers {}", endpoint_of(context_)))
          .with_detail(error.message())
          .with_hint(remedy(context_, error.errno_value()));
    }
  }

private:
  Context context_;
  std::unique_ptr<http::Connector> connector_;
};

// One `docker … system dial-stdio` for each connection; it copies between its standard streams and
// the engine until either side closes.
class DialStdio : public http::Connector {
public:
  DialStdio(process::Command command, process::Runner& runner)
      : command_(std::move(command))
      , runner_(runner) {}

  UniqueFd connect(const CancelToken& cancel) override {
    cancel.throw_if_cancelled();
    Pipe ends = make_socket_pair();
    auto child = runner_.start_on_socket(command_, std::move(ends.write));
    const std::scoped_lock lock(mutex_);
    children_.push_back(std::move(child));
    return std::move(ends.read);
  }

  std::string last_words() override {
    const std::scoped_lock lock(mutex_);
    if (children_.empty()) return {};
    // With our end closed it has nothing left to copy, and ends.
    (void)children_.back()->wait();
    return children_.back()->tail_of_stderr();
  }

private:
  process::Command command_;
  process::Runner& runner_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<process::Child>> children_;
};

} // namespace

std::unique_ptr<http::Connector> engine_connector(const Context& context, const GlobalFlags& flags,
                                                  std::string docker_program,
                                                  process::Runner& runner) {
  if (context.endpoint.scheme == Endpoint::Scheme::unix_socket) {
    return std::make_unique<SocketDialer>(context);
  }
  // The flags that we were given, and the environment that the child inherits, name the same
  // engine to the docker CLI as to us.
  process::Command command{.argv = {std::move(docker_program)}};
  command.argv.insert(command.argv.end(), flags.as_typed.begin(), flags.as_typed.end());
  command.argv.insert(command.argv.end(), {"system", "dial-stdio"});
  return std::make_unique<DialStdio>(std::move(command), runner);
}

} // namespace nixbuild::context
