#include "image/python_json.hpp"

#include "archive/python_text.hpp"
#include "image/json_escape.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <cmath>

namespace nixbuild::image {

namespace json = boost::json;

namespace {

void append_utf16_escape(std::string& out, char32_t unit) {
  out += format("\\u{:04x}", static_cast<unsigned>(unit));
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char32_t c : archive::python_decode(text)) {
    if (const std::string_view escape = short_json_escape(c); !escape.empty()) {
      out += escape;
    } else if (c >= 0x20 && c < 0x7F) {
      out += static_cast<char>(c);
    } else if (c < 0x10000) {
      append_utf16_escape(out, c);
    } else {
      append_utf16_escape(out, 0xD800U + ((c - 0x10000U) >> 10U));
      append_utf16_escape(out, 0xDC00U + ((c - 0x10000U) & 0x3FFU));
    }
  }
  out += '"';
}

void append_double(std::string& out, double number) {
  std::string text = format("{}", number);
  const bool whole = text.find_first_of(".en") == std::string::npos;
  out += whole ? text + ".0" : text;
}

void append(std::string& out, const json::value& value, std::size_t depth);

template <class Container, class Append>
void append_items(std::string& out, const Container& items, char open, char close,
                  std::size_t depth, const Append& append_item) {
  out += open;
  const char* separator = "\n";
  for (const auto& item : items) {
    out += separator;
    out.append(4 * (depth + 1), ' ');
    append_item(item);
    separator = ",\n";
  }
  if (!items.empty()) {
    out += '\n';
    out.append(4 * depth, ' ');
  }
  out += close;
}

void append(std::string& out, const json::value& value, std::size_t depth) {
  switch (value.kind()) {
  case json::kind::null:
    out += "null";
    break;
  case json::kind::bool_:
    out += value.get_bool() ? "true" : "false";
    break;
  case json::kind::int64:
    out += format("{}", value.get_int64());
    break;
  case json::kind::uint64:
    out += format("{}", value.get_uint64());
    break;
  case json::kind::double_:
    append_double(out, value.get_double());
    break;
  case json::kind::string:
    append_string(out, std::string_view(value.get_string()));
    break;
  case json::kind::array:
    append_items(out, value.get_array(), '[', ']', depth,
                 [&](const json::value& item) { append(out, item, depth + 1); });
    break;
  case json::kind::object:
    append_items(out, value.get_object(), '{', '}', depth, [&](const json::key_value_pair& item) {
      append_string(out, std::string_view(item.key()));
      out += ": ";
      append(out, item.value(), depth + 1);
    });
    break;
  }
}

} // namespace

std::string python_json(const json::value& value) {
  std::string out;
  append(out, value, 0);
  return out;
}

std::string python_repr(std::string_view text) {
  const bool double_quoted =
      text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
  const char quote = double_quoted ? '"' : '\'';
  std::string out(1, quote);
  for (const char c : text) {
    if (c == '\\' || c == quote) out += '\\';
    out += c;
  }
  return out + quote;
}

} // namespace nixbuild::image
