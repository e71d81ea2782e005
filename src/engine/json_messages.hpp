#pragma once

#include <boost/json/fwd.hpp>

#include <functional>
#include <memory>
#include <string_view>

namespace nixbuild::engine {

// Cuts a stream of JSON values (moby pkg/jsonmessage: objects one after another, usually separated
// by CR LF) into its values. Fed in pieces of any size.
class JsonMessages {
public:
  using Handler = std::function<void(const boost::json::value&)>;

  explicit JsonMessages(Handler on_message);
  ~JsonMessages();
  JsonMessages(const JsonMessages&) = delete;
  JsonMessages& operator=(const JsonMessages&) = delete;

  // Throws an Error of kind corrupt for what is no JSON, for a value of over 1 MiB or nested more
  // than 32 deep.
  void feed(std::string_view bytes);
  // The stream has ended. Throws an Error of kind corrupt when it did so inside a value.
  void finish() const;

private:
  struct Parser;
  Handler on_message_;
  std::unique_ptr<Parser> parser_;
};

} // namespace nixbuild::engine
