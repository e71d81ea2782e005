#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nixbuild {

// What a caller, or the exit status, may want to tell apart. Everything else is in the text.
enum class ErrorKind {
  usage,         // the command line itself is wrong: unknown flag, missing value
  invalid_input, // a well-formed command line that asks for something impossible
  not_found,     // a file, context, attribute, image … that was named does not exist
  unavailable,   // nothing answers: no engine, no Nix, connection lost
  refused,       // someone answered and said no
  corrupt,       // bytes read from a file, archive or socket are not what they claim to be
  failed,        // a build or a remote operation ran and failed
  no_space,      // a disk is full, here or at the engine
  cancelled,     // the user stopped us
  io,            // the operating system failed a call on this machine
  internal,      // a bug in this program
};

// A failed operation, told to a person: what failed with which input (`message`, one line), on
// the way to what (`frames`), the words of the program or daemon that failed (`detail`, may have
// many lines, never ours), and what the user can do next (`hint`).
class Error : public std::exception {
public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  Error&& with_detail(std::string text) && {
    detail_ = std::move(text);
    return std::move(*this);
  }
  Error&& with_hint(std::string text) && {
    hint_ = std::move(text);
    return std::move(*this);
  }
  // Adds what the caller was doing, as a phrase that reads after "while ": "loading ./result".
  void add_frame(std::string phrase) { frames_.push_back(std::move(phrase)); }

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const std::vector<std::string>& frames() const noexcept { return frames_; }
  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

private:
  ErrorKind kind_;
  std::string message_;
  std::vector<std::string> frames_;
  std::string detail_;
  std::string hint_;
};

// The process's exit status for an error: 1, 125 for usage, 130 for cancelled.
[[nodiscard]] int exit_code(ErrorKind kind) noexcept;

// An Error of kind io (no_space for ENOSPC and EDQUOT) that says `what` and the system's text for
// `errno_value`.
[[nodiscard]] Error system_error(int errno_value, std::string_view what);

// Runs `operation`; an Error that leaves it carries the frame `phrase` (see Error::add_frame).
template <class Operation>
decltype(auto) with_frame(std::string_view phrase, Operation&& operation) {
  try {
    return std::forward<Operation>(operation)();
  } catch (Error& error) {
    error.add_frame(std::string(phrase));
    throw;
  }
}

} // namespace nixbuild
