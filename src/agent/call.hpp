#pragma once

#include "agent/conversation.hpp"
#include "agent/hello.hpp"
#include "process/runner.hpp"
#include "progress/reporter.hpp"
#include "support/cancel.hpp"
#include "support/unique_fd.hpp"

#include <expected>
#include <memory>
#include <optional>
#include <string>

namespace nixbuild::agent {

// A program that ended, or said something else, instead of greeting as an agent does.
struct NoGreeting {
  std::optional<process::ExitStatus> status; // nothing when it had to be stopped
  std::string out;                           // the beginning of what it wrote on stdout
  std::string err;                           // the end of what it wrote on stderr
};

// The client's end of a connection to an agent that has greeted. Its destructor ends the program
// that carries the connection; the agent then stops by itself whatever it is at.
class Connection {
public:
  // Waits for the agent that is at the other end of `child`, whose stdin and stdout are the other
  // end of `socket`, to greet. `peer` names the machine in messages: "builder@vm.example". Throws
  // an Error: cancelled, or corrupt for an agent of another version of the protocol.
  [[nodiscard]] static std::expected<Connection, NoGreeting>
  open(std::unique_ptr<process::Child> child, UniqueFd socket, std::string peer,
       const CancelToken& cancel);

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  [[nodiscard]] const Hello& hello() const noexcept;

  // Sends the request, shows the agent's progress on `reporter`, answers its questions by
  // `answerer`, and returns its report. To be called once. Throws the agent's Error as it was
  // there; or one of kind unavailable, with the last words of `child` as detail, when the
  // connection is lost; or what `answerer` throws, when the agent has stopped. When `cancel` is
  // raised the agent is told, and the Error is of kind cancelled.
  [[nodiscard]] std::string call(const std::string& request, progress::Reporter& reporter,
                                 const Answerer& answerer, const CancelToken& cancel);

private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace nixbuild::agent
