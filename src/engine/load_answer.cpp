#include "engine/load_answer.hpp"

#include "engine/json_messages.hpp"
#include "engine/refusal.hpp"

#include <boost/json.hpp>

#include <utility>

namespace nixbuild::engine {

namespace json = boost::json;

namespace {

const json::object* member_object(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_object() : nullptr;
}

std::string member_text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value != nullptr ? value->if_string() : nullptr;
  return text != nullptr ? std::string(std::string_view(*text)) : std::string();
}

std::uint64_t member_number(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return 0;
  json::error_code error;
  const auto number = value->to_number<std::uint64_t>(error);
  return error ? 0 : number;
}

// containerd's image store reports that it could not unpack an image as an ordinary line.
constexpr std::string_view unpack_failure = "Error unpacking image";

// Engines say one line for each image; what goes far beyond is not worth memory.
constexpr std::size_t most_lines = 1000;

} // namespace

void LoadAnswer::take(const json::value& message) {
  const json::object* object = message.if_object();
  if (object == nullptr) return;
  // Both at once, usually; the second is the older.
  if (const json::object* detail = member_object(*object, "errorDetail")) {
    fail(member_text(*detail, "message"));
  }
  if (object->contains("error")) fail(member_text(*object, "error"));
  if (std::string line = member_text(*object, "stream"); !line.empty()) {
    while (line.ends_with('\n') || line.ends_with('\r'))
      line.pop_back();
    if (line.starts_with(unpack_failure)) {
      fail(std::move(line));
    } else if (said_.lines.size() < most_lines) {
      said_.lines.push_back(std::move(line));
    }
  }
  if (const json::object* pushed = member_object(*object, "aux"))
    said_.pushed_digest = member_text(*pushed, "Digest");
  if (const json::object* progress = member_object(*object, "progressDetail");
      progress != nullptr && on_layer_) {
    on_layer_(member_text(*object, "id"), member_number(*progress, "current"),
              member_number(*progress, "total"));
  }
}

void LoadAnswer::fail(std::string text) {
  if (!failure_ || failure_->empty()) failure_ = std::move(text);
}

Said LoadAnswer::finish() && {
  if (failure_) throw refusal(operation_, *failure_);
  return std::move(said_);
}

Said exchange_images(http::Client& client, const http::Request& request,
                     const std::string& operation, const LayerProgress& on_layer,
                     const CancelToken& cancel) {
  LoadAnswer answer(operation, on_layer);
  JsonMessages messages([&](const json::value& message) { answer.take(message); });
  std::string error_body;
  const http::ResponseHead head = client.exchange(
      request,
      [&](const http::ResponseHead& so_far, std::string_view chunk) {
        if (so_far.status == 200) {
          messages.feed(chunk);
        } else if (error_body.size() < 65536) {
          error_body += chunk;
        }
      },
      cancel);
  if (head.status != 200) throw refusal(operation, daemon_text(head.status, error_body));
  messages.finish();
  return std::move(answer).finish();
}

} // namespace nixbuild::engine
