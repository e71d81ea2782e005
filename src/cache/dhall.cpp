#include "cache/dhall.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace nixbuild::cache {

namespace {

constexpr std::size_t largest_text = std::size_t{1} << 20U;
constexpr int deepest = 64;

struct Token {
  enum class Kind { end, text, label, word, symbol };
  Kind kind = Kind::end;
  std::string text; // of a symbol its one character
};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_of_word(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '/' || c == '.' || c == '+';
}

void append_utf8(std::string& text, unsigned code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0U | code >> 6U);
    text += static_cast<char>(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0U | code >> 12U);
    text += static_cast<char>(0x80U | (code >> 6U & 0x3FU));
    text += static_cast<char>(0x80U | (code & 0x3FU));
  } else {
    text += static_cast<char>(0xF0U | code >> 18U);
    text += static_cast<char>(0x80U | (code >> 12U & 0x3FU));
    text += static_cast<char>(0x80U | (code >> 6U & 0x3FU));
    text += static_cast<char>(0x80U | (code & 0x3FU));
  }
}

// The lines of a ''…'' string, without the spaces that all of them begin with (dhall-lang.org,
// standard/multiline.md).
std::string without_indentation(const std::string& text) {
  std::size_t indentation = std::string::npos;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::size_t first = std::min(text.find_first_not_of(' ', begin), end);
    // Empty lines do not count, except for the last one.
    if (first < end || end == text.size()) indentation = std::min(indentation, first - begin);
    begin = end + 1;
  }
  std::string result;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    result += line.substr(std::min(indentation, line.size()));
    if (end < text.size()) result += '\n';
    begin = end + 1;
  }
  return result;
}

class Tokens {
public:
  Tokens(std::string_view text, std::string_view file) : text_(text), file_(file) {
    if (text.size() > largest_text) refuse("is too large");
    advance();
  }

  [[nodiscard]] const Token& token() const { return token_; }
  [[nodiscard]] bool is_symbol(char c) const {
    return token_.kind == Token::Kind::symbol && token_.text[0] == c;
  }
  [[nodiscard]] bool is_word(std::string_view word) const {
    return token_.kind == Token::Kind::word && token_.text == word;
  }

  Token take() {
    Token taken = std::move(token_);
    advance();
    return taken;
  }
  bool take_symbol(char c) {
    if (!is_symbol(c)) return false;
    advance();
    return true;
  }

  [[noreturn]] void refuse(std::string_view reason) const {
    const auto line =
        1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
    throw Error(ErrorKind::corrupt, format("{} {} (line {})", file_, reason, line));
  }

private:
  [[nodiscard]] bool starts_with(std::string_view start) const {
    return text_.substr(at_).starts_with(start);
  }

  void skip_blanks() {
    for (;;) {
      if (at_ == text_.size()) return;
      if (std::string_view(" \t\r\n").contains(text_[at_])) {
        ++at_;
      } else if (starts_with("--")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (starts_with("{-")) {
        skip_block_comment();
      } else {
        return;
      }
    }
  }

  void skip_block_comment() {
    int depth = 0;
    do {
      if (at_ == text_.size()) refuse("has a comment without an end");
      if (starts_with("{-")) {
        ++depth;
        at_ += 2;
      } else if (starts_with("-}")) {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0);
  }

  void advance() {
    skip_blanks();
    token_ = {};
    if (at_ == text_.size()) return;
    const char c = text_[at_];
    if (c == '"') {
      token_ = {.kind = Token::Kind::text, .text = double_quoted()};
    } else if (starts_with("''")) {
      token_ = {.kind = Token::Kind::text, .text = single_quoted()};
    } else if (c == '`') {
      token_ = {.kind = Token::Kind::label, .text = quoted_label()};
    } else if (is_of_word(c)) {
      const std::size_t begin = at_;
      while (at_ < text_.size() && is_of_word(text_[at_]))
        ++at_;
      token_ = {.kind = Token::Kind::word, .text = std::string(text_.substr(begin, at_ - begin))};
    } else if (std::string_view("{}[],=:()<>|").contains(c)) {
      token_ = {.kind = Token::Kind::symbol, .text = std::string(1, c)};
      ++at_;
    } else {
      refuse("has something that we do not understand");
    }
  }

  std::string double_quoted() {
    std::string text;
    for (++at_;; ++at_) {
      if (at_ >= text_.size() || text_[at_] == '\n') refuse("has a text without an end");
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return text;
      }
      if (starts_with("${")) refuse("has a text that is computed");
      if (c == '\\') {
        ++at_;
        escape(text);
      } else {
        text += c;
      }
    }
  }

  // Leaves at_ at the last character of it.
  void escape(std::string& text) {
    if (at_ >= text_.size()) refuse("has a text without an end");
    constexpr std::string_view names = "\"\\$/bfnrt";
    constexpr std::string_view meanings = "\"\\$/\b\f\n\r\t";
    const char c = text_[at_];
    if (const std::size_t index = names.find(c); index != std::string_view::npos) {
      text += meanings[index];
      return;
    }
    if (c != 'u') refuse("has an escape that does not exist");
    const bool braced = at_ + 1 < text_.size() && text_[at_ + 1] == '{';
    const std::size_t begin = at_ + (braced ? 2 : 1);
    const std::size_t end = braced ? text_.find('}', begin) : begin + 4;
    unsigned code = 0;
    if (end == std::string_view::npos || end > text_.size() || end == begin || end - begin > 8)
      refuse("has an escape that does not exist");
    const auto read = std::from_chars(text_.data() + begin, text_.data() + end, code, 16);
    if (read.ec != std::errc() || read.ptr != text_.data() + end || code > 0x10FFFF ||
        (code >= 0xD800 && code < 0xE000))
      refuse("has an escape that does not exist");
    append_utf8(text, code);
    at_ = braced ? end : end - 1;
  }

  std::string single_quoted() {
    at_ += 2;
    if (starts_with("\r\n")) ++at_;
    if (!starts_with("\n")) refuse("has a text in '' that does not begin on a line of its own");
    ++at_;
    std::string text;
    for (;;) {
      if (at_ >= text_.size()) refuse("has a text without an end");
      if (starts_with("'''")) {
        text += "''";
        at_ += 3;
      } else if (starts_with("''${")) {
        text += "${";
        at_ += 4;
      } else if (starts_with("${")) {
        refuse("has a text that is computed");
      } else if (starts_with("''")) {
        at_ += 2;
        return without_indentation(text);
      } else {
        if (text_[at_] != '\r') text += text_[at_];
        ++at_;
      }
    }
  }

  std::string quoted_label() {
    const std::size_t end = text_.find('`', at_ + 1);
    if (end == std::string_view::npos) refuse("has a name without an end");
    std::string label(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return label;
  }

  std::string_view text_;
  std::string_view file_;
  std::size_t at_ = 0;
  Token token_;
};

class Parser {
public:
  Parser(std::string_view text, std::string_view file) : tokens_(text, file) {}

  DhallValue whole() {
    DhallValue value = annotated(0);
    if (tokens_.token().kind != Token::Kind::end)
      tokens_.refuse("is more than texts, lists and records");
    return value;
  }

private:
  DhallValue annotated(int depth) {
    DhallValue value = plain(depth);
    if (tokens_.take_symbol(':')) skip_type();
    return value;
  }

  DhallValue plain(int depth) {
    if (depth > deepest) tokens_.refuse("is nested too deeply");
    if (tokens_.take_symbol('{')) return record(depth);
    if (tokens_.take_symbol('[')) return list(depth);
    if (tokens_.take_symbol('(')) {
      DhallValue value = annotated(depth + 1);
      expect(')');
      return value;
    }
    if (tokens_.token().kind == Token::Kind::text) return {tokens_.take().text};
    if (tokens_.is_word("Some")) {
      tokens_.take();
      return plain(depth + 1);
    }
    if (tokens_.token().kind == Token::Kind::word) {
      std::string word = tokens_.take().text;
      if (word == "let" || word == "if" || word == "merge" || word == "assert")
        tokens_.refuse("is more than texts, lists and records");
      if (word == "None") skip_type();
      return {DhallValue::Word{std::move(word)}};
    }
    tokens_.refuse("lacks a value");
  }

  DhallValue record(int depth) {
    DhallValue::Record fields;
    if (tokens_.take_symbol('=')) { // {=} is the empty record
      expect('}');
      return {std::move(fields)};
    }
    (void)tokens_.take_symbol(',');
    while (!tokens_.take_symbol('}')) {
      const auto kind = tokens_.token().kind;
      if (kind != Token::Kind::word && kind != Token::Kind::label)
        tokens_.refuse("lacks the name of a field");
      const std::string name = tokens_.take().text;
      expect('=');
      if (!fields.emplace(name, annotated(depth + 1)).second) tokens_.refuse("has a field twice");
      if (!tokens_.take_symbol(',') && !tokens_.is_symbol('}')) tokens_.refuse("lacks a }");
    }
    return {std::move(fields)};
  }

  DhallValue list(int depth) {
    DhallValue::List items;
    (void)tokens_.take_symbol(',');
    while (!tokens_.take_symbol(']')) {
      items.push_back(annotated(depth + 1));
      if (!tokens_.take_symbol(',') && !tokens_.is_symbol(']')) tokens_.refuse("lacks a ]");
    }
    return {std::move(items)};
  }

  void expect(char c) {
    if (!tokens_.take_symbol(c)) tokens_.refuse(format("lacks a {}", c));
  }

  // What belongs to the type that begins here: all up to what ends the value that has it.
  void skip_type() {
    int open = 0;
    for (;;) {
      if (tokens_.token().kind == Token::Kind::end) return;
      const bool closes =
          tokens_.is_symbol('}') || tokens_.is_symbol(']') || tokens_.is_symbol(')');
      if (open == 0 && (closes || tokens_.is_symbol(','))) return;
      if (closes) --open;
      if (tokens_.is_symbol('{') || tokens_.is_symbol('[') || tokens_.is_symbol('(')) ++open;
      tokens_.take();
    }
  }

  Tokens tokens_;
};

} // namespace

std::string dhall_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '$') quoted += '\\';
    if (c == '\n') {
      quoted += "\\n";
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

DhallValue parse_dhall(std::string_view text, std::string_view file) {
  return Parser(text, file).whole();
}

} // namespace nixbuild::cache
