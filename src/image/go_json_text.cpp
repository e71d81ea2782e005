#include "image/go_json_text.hpp"

#include "image/json_escape.hpp"
#include "support/format.hpp"

namespace nixbuild::image {

namespace {

// U+2028 and U+2029 end a line in JavaScript, so Go escapes them.
constexpr std::string_view line_separator = "\xE2\x80\xA8";
constexpr std::string_view paragraph_separator = "\xE2\x80\xA9";

void append_escaped(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (const std::string_view escape = short_json_escape(byte); !escape.empty()) {
    out += escape;
  } else if (byte < 0x20 || c == '<' || c == '>' || c == '&') {
    out += format("\\u{:04x}", byte);
  } else {
    out += c;
  }
}

} // namespace

std::string go_json_string(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with(line_separator) || rest.starts_with(paragraph_separator)) {
      out += rest.starts_with(line_separator) ? "\\u2028" : "\\u2029";
      i += line_separator.size() - 1;
    } else {
      append_escaped(out, text[i]);
    }
  }
  return out + "\"";
}

std::string go_json_strings(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ',';
    out += go_json_string(text);
  }
  return out + "]";
}

void GoJsonObject::add(std::string_view key, std::string_view json) {
  if (!members_.empty()) members_ += ',';
  members_ += format("{}:{}", go_json_string(key), json);
}

void GoJsonObject::add_unless_empty(std::string_view key, std::string_view text) {
  if (!text.empty()) add(key, go_json_string(text));
}

void GoJsonObject::add_unless_empty(std::string_view key, const std::vector<std::string>& texts) {
  if (!texts.empty()) add(key, go_json_strings(texts));
}

} // namespace nixbuild::image
