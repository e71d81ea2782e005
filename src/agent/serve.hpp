#pragma once

#include "agent/conversation.hpp"
#include "agent/hello.hpp"
#include "progress/reporter.hpp"
#include "support/cancel.hpp"
#include "support/unique_fd.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace nixbuild::agent {

// What the agent is there for: from a request to a report, both texts that mean nothing here. What
// it throws reaches the client as the same Error. The token is raised when the client cancels and
// when it is gone, so that nothing keeps running that nobody waits for.
using Work = std::function<std::string(const std::string& request, Conversation& client,
                                       progress::Reporter& reporter, const CancelToken& cancel)>;

struct Patience {
  // How long a cancelled work may take to end by itself after the client is gone.
  std::chrono::milliseconds without_client = std::chrono::seconds(5);
  // After how long without news the client gets a sign of life. Only what is sent and never
  // acknowledged shows that a network is gone.
  std::chrono::milliseconds without_news = std::chrono::seconds(30);
};

// Serves one request over `in` and `out`: greets, calls `work` on this thread, and sends what came
// of it. Returns the exit status for it, 0 for a report. Throws an Error only for what fails before
// the greeting. See frames.hpp for what is written.
[[nodiscard]] int serve(int in, int out, const Hello& hello, const Work& work,
                        const Patience& patience = {});

// This process's standard input and output, which nobody else can disturb any more: descriptor 0
// now leads to /dev/null and 1 to standard error. Throws an Error of kind io.
struct StandardStreams {
  UniqueFd in;
  UniqueFd out;
};
[[nodiscard]] StandardStreams take_standard_streams();

} // namespace nixbuild::agent
