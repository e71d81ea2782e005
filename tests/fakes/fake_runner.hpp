#pragma once

#include "process/runner.hpp"
#include "support/error.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nixbuild::fakes {

// What a program that was not really started "did".
struct Reply {
  std::string out = {}; // cut into lines for the handlers
  std::string err = {};
  process::ExitStatus status = {};
};

inline Reply failing(std::string err, int code = 1) {
  return {.out = {}, .err = std::move(err), .status = {.code = code}};
}

// Starts nothing: remembers each command and answers from a script.
class FakeRunner : public process::Runner {
public:
  // Commands whose argv holds `words`, in this order, are answered with `replies` one after the
  // other; the last one is given again and again. The rule made last wins. A command that no rule
  // knows does not exist.
  void on(std::vector<std::string> words, std::vector<Reply> replies) {
    rules_.push_front({std::move(words), {replies.begin(), replies.end()}});
  }
  void on(std::vector<std::string> words, Reply reply) {
    on(std::move(words), std::vector{std::move(reply)});
  }

  // Takes the place of the program in start_on_socket; without it nothing can be started so.
  std::function<std::unique_ptr<process::Child>(const process::Command&, UniqueFd)> on_socket;

  // All commands so far, in order.
  std::vector<process::Command> started;

  process::ExitStatus run(const process::Command& command, const process::LineHandler& on_stdout,
                          const process::LineHandler& on_stderr,
                          const CancelToken& cancel) override {
    cancel.throw_if_cancelled();
    const Reply reply = [&] {
      const std::scoped_lock lock(mutex_);
      started.push_back(command);
      return answer(command);
    }();
    each_line(reply.err, on_stderr);
    each_line(reply.out, on_stdout);
    cancel.throw_if_cancelled();
    return reply.status;
  }

  std::unique_ptr<process::Child> start_on_socket(const process::Command& command,
                                                  UniqueFd socket) override {
    {
      const std::scoped_lock lock(mutex_);
      started.push_back(command);
    }
    if (!on_socket) throw unknown(command);
    return on_socket(command, std::move(socket));
  }

private:
  struct Rule {
    std::vector<std::string> words;
    std::deque<Reply> replies;
  };

  static bool matches(const Rule& rule, const std::vector<std::string>& argv) {
    auto place = argv.begin();
    return std::ranges::all_of(rule.words, [&](const std::string& word) {
      place = std::find(place, argv.end(), word);
      return place != argv.end() && place++ != argv.end();
    });
  }

  static Error unknown(const process::Command& command) {
    return {ErrorKind::not_found, "no script for: " + process::to_string(command)};
  }

  Reply answer(const process::Command& command) {
    for (Rule& rule : rules_) {
      if (!matches(rule, command.argv)) continue;
      Reply reply = rule.replies.front();
      if (rule.replies.size() > 1) rule.replies.pop_front();
      return reply;
    }
    throw unknown(command);
  }

  static void each_line(std::string_view text, const process::LineHandler& handler) {
    while (handler && !text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      handler(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  std::deque<Rule> rules_;
  std::mutex mutex_; // programs are run on several threads
};

} // namespace nixbuild::fakes
