// An agent for tests: what it does stands in the request.
//   echo TEXT       reports TEXT
//   ask TEXT        asks TEXT, and reports the answer and the data that came with it
//   wait FIFO       opens FIFO for writing, and waits until it is cancelled
//   die [ask]       kills itself, at once or after a question
#include "agent/serve.hpp"
#include "archive/text_sink.hpp"
#include "support/error.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <span>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

using namespace nixbuild;

namespace {

std::string work(const std::string& request, agent::Conversation& client,
                 progress::Reporter& reporter, const CancelToken& cancel) {
  const progress::Step step(reporter, "work there");
  std::cout << "this goes to standard error" << std::endl;
  const std::string verb = request.substr(0, request.find(' '));
  const std::string rest = request.substr(std::min(verb.size() + 1, request.size()));
  if (verb == "ask") {
    archive::TextSink data;
    const std::string answer = client.ask(rest, data);
    return answer + data.text();
  }
  if (verb == "wait") {
    const UniqueFd held(::open(rest.c_str(), O_WRONLY));
    pollfd entry{.fd = cancel.poll_fd(), .events = POLLIN, .revents = 0};
    ::poll(&entry, 1, -1);
    cancel.throw_if_cancelled();
  }
  if (verb == "die") {
    archive::TextSink data;
    if (rest == "ask") (void)client.ask("before I go", data);
    ::kill(::getpid(), SIGKILL);
  }
  return rest;
}

} // namespace

int main() {
  const agent::StandardStreams streams = agent::take_standard_streams();
  return agent::serve(streams.in.get(), streams.out.get(), agent::own_hello("test", "/"), work);
}
