#include "progress/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace nixbuild::progress {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

struct CodePoint {
  char32_t value;
  std::size_t length; // in bytes; 1 for a byte that starts no code point
  bool valid;
};

// The first code point of `text`, which is not empty. Overlong forms, surrogates and values above
// U+10FFFF are not valid (RFC 3629).
CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  std::size_t length = 0;
  char32_t value = 0;
  char32_t least = 0;
  if ((lead & 0xE0U) == 0xC0U) {
    length = 2, value = lead & 0x1FU, least = 0x80;
  } else if ((lead & 0xF0U) == 0xE0U) {
    length = 3, value = lead & 0x0FU, least = 0x800;
  } else if ((lead & 0xF8U) == 0xF0U) {
    length = 4, value = lead & 0x07U, least = 0x10000;
  }
  if (length == 0 || text.size() < length) return {0, 1, false};
  for (std::size_t index = 1; index < length; ++index) {
    if ((byte(index) & 0xC0U) != 0x80U) return {0, 1, false};
    value = (value << 6U) | (byte(index) & 0x3FU);
  }
  if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
    return {0, 1, false};
  return {value, length, true};
}

struct Range {
  char32_t first;
  char32_t last;
};

template <std::size_t Count>
bool in_any(const std::array<Range, Count>& ranges, char32_t value) {
  return std::ranges::any_of(
      ranges, [&](const Range& range) { return value >= range.first && value <= range.last; });
}

// Unicode blocks that terminals show two columns wide, and those that take none of their own.
constexpr std::array wide{Range{0x1100, 0x115F},  Range{0x2E80, 0xA4CF},   Range{0xAC00, 0xD7A3},
                          Range{0xF900, 0xFAFF},  Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
                          Range{0xFFE0, 0xFFE6},  Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F9FF},
                          Range{0x20000, 0x3FFFD}};
constexpr std::array combining{Range{0x0300, 0x036F}, Range{0x1AB0, 0x1AFF}, Range{0x200B, 0x200F},
                               Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F}};

int columns_of(char32_t value) {
  if (in_any(combining, value)) return 0;
  return in_any(wide, value) ? 2 : 1;
}

// Bidirectional controls reorder what is shown; a hostile name could use them to look like another.
bool is_control(char32_t value) {
  return value < 0x20 || (value >= 0x7F && value < 0xA0) || (value >= 0x202A && value <= 0x202E) ||
         (value >= 0x2066 && value <= 0x2069) || value == 0x2028 || value == 0x2029;
}

// How many bytes the escape sequence at the start of `text` (which begins with ESC) has (ECMA-48):
// CSI up to its final byte, a control string up to BEL or ST, else ESC with the byte behind it.
std::size_t escape_length(std::string_view text) {
  if (text.size() < 2) return text.size();
  if (text[1] == '[') {
    std::size_t end = 2;
    while (end < text.size() && (text[end] < 0x40 || text[end] > 0x7E))
      ++end;
    return std::min(end + 1, text.size());
  }
  if (std::string_view("]PX^_").find(text[1]) != std::string_view::npos) {
    const std::size_t end = text.find_first_of("\a\x1B", 2);
    if (end == std::string_view::npos) return text.size();
    return text[end] == '\a' ? end + 1 : std::min(end + 2, text.size());
  }
  return 2;
}

} // namespace

std::string printable(std::string_view text) {
  while (text.ends_with('\r') || text.ends_with('\n'))
    text.remove_suffix(1);
  if (const auto start = text.rfind('\r'); start != std::string_view::npos)
    text.remove_prefix(start + 1);
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    if (text.front() == '\x1B') {
      text.remove_prefix(escape_length(text));
      continue;
    }
    const CodePoint point = decode(text);
    if (!point.valid)
      result += replacement;
    else if (point.value == '\t')
      result += ' ';
    else if (!is_control(point.value))
      result += text.substr(0, point.length);
    text.remove_prefix(point.length);
  }
  return result;
}

int columns_of(std::string_view text) {
  int columns = 0;
  while (!text.empty()) {
    const CodePoint point = decode(text);
    columns += columns_of(point.value);
    text.remove_prefix(point.length);
  }
  return columns;
}

std::string fit(std::string_view text, int columns) {
  if (columns_of(text) <= columns) return std::string(text);
  constexpr std::string_view ellipsis = "...";
  const int room = columns - static_cast<int>(ellipsis.size());
  if (room <= 0)
    return std::string(ellipsis.substr(0, static_cast<std::size_t>(std::max(0, columns))));
  std::size_t end = 0;
  int used = 0;
  while (true) {
    const CodePoint point = decode(text.substr(end));
    const int next = used + columns_of(point.value);
    if (next > room) break;
    used = next;
    end += point.length;
  }
  return std::string(text.substr(0, end)).append(ellipsis);
}

std::string valid_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = decode(text);
    if (point.valid)
      result += text.substr(0, point.length);
    else
      result += replacement;
    text.remove_prefix(point.length);
  }
  return result;
}

} // namespace nixbuild::progress
