#include "devcontainer/jsonc.hpp"

#include "support/error.hpp"
#include "support/format.hpp"
#include "support/text_place.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <optional>

namespace nixbuild::devcontainer {

namespace json = boost::json;

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t deepest = 32;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Boost's parser knows comments too, but not where a text ended in the middle of one.
class Blanking {
public:
  explicit Blanking(std::string_view text) : text_(text) {}

  std::string finish() {
    if (text_.starts_with(byte_order_mark)) blank(byte_order_mark.size());
    while (at_ < text_.size())
      step();
    return std::move(text_);
  }

private:
  void step() {
    const char c = text_[at_];
    const std::string_view rest = std::string_view(text_).substr(at_);
    if (rest.starts_with("//")) return blank(std::min(rest.find('\n'), rest.size()));
    if (rest.starts_with("/*")) {
      const std::size_t end = rest.find("*/", 2);
      // One without an end stays, to be an error at the place where it begins.
      return end == std::string_view::npos ? skip(rest.size()) : blank(end + 2);
    }
    if (c == '"') return skip_string();
    if (is_blank(c)) return skip(1);
    if ((c == ']' || c == '}') && comma_) text_[*comma_] = ' ';
    // Behind a bracket or another comma there is no element that this one could end.
    comma_.reset();
    if (c == ',' && follows_element_) comma_ = at_;
    follows_element_ = c != ',' && c != '[' && c != '{' && c != ':';
    skip(1);
  }

  void skip_string() {
    comma_.reset();
    follows_element_ = true;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return;
      }
    }
  }

  void skip(std::size_t count) { at_ += count; }

  void blank(std::size_t count) {
    for (const std::size_t end = at_ + count; at_ < end; ++at_)
      if (text_[at_] != '\n') text_[at_] = ' ';
  }

  std::string text_;
  std::size_t at_ = 0;
  std::optional<std::size_t> comma_; // the last thing before `at_`, if it is one
  bool follows_element_ = false;
};

} // namespace

std::string without_comments(std::string_view text) {
  return Blanking(text).finish();
}

json::value parse_jsonc(std::string_view text, std::string_view what) {
  const std::string plain = without_comments(text);
  json::parse_options options;
  options.max_depth = deepest;
  json::stream_parser parser({}, options);
  json::error_code error;
  const std::size_t read = parser.write(plain.data(), plain.size(), error);
  if (!error) parser.finish(error);
  if (error) {
    throw Error(ErrorKind::corrupt,
                format("{}, {}: {}", what, line_and_column(plain, read), error.message()));
  }
  return parser.release();
}

} // namespace nixbuild::devcontainer
