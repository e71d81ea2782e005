#pragma once

#include "archive/stream.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace nixbuild::agent {

// Through this the agent's work can ask its client something while it runs. Questions and answers
// are texts (16 MiB at most) that mean nothing here; data of any length may go with each, in
// pieces. Not thread-safe: one question at a time.
class Conversation {
public:
  Conversation() = default;
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  virtual ~Conversation() = default;

  // Sends `question` and all that `data` has, hands what comes with the answer to `received`, and
  // returns the answer. Throws an Error: cancelled, unavailable when the client is gone, or what
  // `data` and `received` throw.
  virtual std::string ask(std::string_view question, archive::Source& data,
                          archive::Sink& received) = 0;

  // Without data to go with the question; and, with no `received`, with the answer: data that
  // comes all the same is an Error of kind corrupt.
  std::string ask(std::string_view question, archive::Sink& received);
  std::string ask(std::string_view question);
};

// The client's side of it: gives the answer to `question`. `data` is what came with the question;
// what is written to `back` goes with the answer. `data` has to be read to its end before anything
// is written to `back` (what is left then is dropped). Called on the thread that called call().
using Answerer = std::function<std::string(const std::string& question, archive::Source& data,
                                           archive::Sink& back)>;

} // namespace nixbuild::agent
