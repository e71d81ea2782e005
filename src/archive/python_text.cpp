#include "archive/python_text.hpp"

#include <algorithm>
#include <array>

namespace nixbuild::archive {

namespace {

struct Sequence {
  std::size_t length = 0; // 0: not well-formed
  char32_t code_point = 0;
};

Sequence decode_one(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, lead};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
  if (length == 0 || lead > 0xF4 || bytes.size() < length) return {};
  static constexpr std::array<unsigned char, 5> lead_bits{0, 0, 0x1F, 0x0F, 0x07};
  char32_t code_point = lead & lead_bits.at(length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    code_point = (code_point << 6U) | (byte(i) & 0x3FU);
  }
  static constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < smallest.at(length) || code_point > 0x10FFFF || surrogate) return {};
  return {length, code_point};
}

} // namespace

std::u32string python_decode(std::string_view bytes) {
  std::u32string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const Sequence next = decode_one(bytes);
    if (next.length == 0) {
      text.push_back(0xDC00U + static_cast<unsigned char>(bytes.front()));
      bytes.remove_prefix(1);
    } else {
      text.push_back(next.code_point);
      bytes.remove_prefix(next.length);
    }
  }
  return text;
}

bool is_ascii(std::string_view bytes) noexcept {
  return std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const Sequence next = decode_one(bytes);
    if (next.length == 0) return false;
    bytes.remove_prefix(next.length);
  }
  return true;
}

} // namespace nixbuild::archive
