#include "engine/refusal.hpp"

#include "support/format.hpp"

#include <boost/json.hpp>

#include <utility>

namespace nixbuild::engine {

namespace json = boost::json;

namespace {
// A proxy in between may answer with a page.
constexpr std::size_t text_limit = 4096;
} // namespace

Error refusal(const std::string& operation, std::string daemon_text) {
  if (daemon_text.find("no space left on device") != std::string::npos ||
      daemon_text.find("disk quota exceeded") != std::string::npos) {
    return Error(ErrorKind::no_space,
                 format("the engine's disk is full: it could not {}", operation))
        .with_detail(std::move(daemon_text))
        .with_hint("make room there, for example with: docker system prune");
  }
  return Error(ErrorKind::refused, format("the engine could not {}", operation))
      .with_detail(std::move(daemon_text));
}

std::string daemon_text(int status, const std::string& body) {
  json::error_code error;
  const json::value answer = json::parse(body, error);
  if (!error && answer.is_object()) {
    // Podman says "message" and "cause"; the first holds both.
    if (const json::value* message = answer.get_object().if_contains("message");
        message != nullptr && message->is_string()) {
      return std::string(std::string_view(message->get_string()));
    }
  }
  return body.empty() ? format("HTTP status {}", status) : body.substr(0, text_limit);
}

} // namespace nixbuild::engine
