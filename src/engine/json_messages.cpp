#include "engine/json_messages.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <cctype>
#include <utility>

namespace nixbuild::engine {

namespace json = boost::json;

namespace {
constexpr std::size_t message_limit = std::size_t{1} << 20U;
} // namespace

struct JsonMessages::Parser {
  json::stream_parser values;
  std::size_t size = 0; // of the value that is being read
};

JsonMessages::JsonMessages(Handler on_message)
    : on_message_(std::move(on_message))
    , parser_(std::make_unique<Parser>()) {}

JsonMessages::~JsonMessages() = default;

void JsonMessages::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (parser_->size == 0 && std::isspace(static_cast<unsigned char>(bytes.front())) != 0) {
      bytes.remove_prefix(1);
      continue;
    }
    json::error_code error;
    const std::size_t taken = parser_->values.write_some(bytes.data(), bytes.size(), error);
    parser_->size += taken;
    if (error || parser_->size > message_limit) {
      throw Error(ErrorKind::corrupt, "the engine's answer is not the JSON that was expected")
          .with_detail(error ? error.message() : format("longer than {}", message_limit));
    }
    bytes.remove_prefix(taken);
    if (!parser_->values.done()) continue;
    const json::value message = parser_->values.release();
    parser_->values.reset();
    parser_->size = 0;
    on_message_(message);
  }
}

void JsonMessages::finish() const {
  if (parser_->size > 0) {
    throw Error(ErrorKind::corrupt, "the engine's answer ended in the middle");
  }
}

} // namespace nixbuild::engine
