#include "archive/layer_tar.hpp"

#include "archive/python_text.hpp"
#include "archive/tar_header.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace nixbuild::archive {

namespace {

// A header block of POSIX ustar (IEEE Std 1003.1, pax interchange format):
//   offset 0 name 100 · 100 mode 8 · 108 uid 8 · 116 gid 8 · 124 size 12 · 136 mtime 12
//   · 148 checksum 8 · 156 typeflag 1 · 157 linkname 100 · 257 magic 6 + version 2
//   · 265 uname 32 · 297 gname 32 · 329 devmajor 8 · 337 devminor 8 · 345 prefix 155
constexpr std::uint64_t octal7_limit = 1ULL << 21U;  // 8^7
constexpr std::uint64_t octal11_limit = 1ULL << 33U; // 8^11

struct Block {
  std::string bytes = std::string(tar_block_size, '\0');

  void text(std::size_t offset, std::size_t width, std::string_view value) {
    const std::string_view fitting = value.substr(0, width);
    std::ranges::copy(fitting, bytes.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  void octal(std::size_t offset, std::size_t digits, std::uint64_t value) {
    text(offset, digits, format("{:0{}o}", value, digits));
  }
  std::string finish() && {
    text(148, 8, "        ");
    std::uint64_t sum = 0;
    for (const char c : bytes)
      sum += static_cast<unsigned char>(c);
    octal(148, 6, sum);
    bytes[154] = '\0';
    return std::move(bytes);
  }
};

char type_flag(LayerEntry::Type type) {
  switch (type) {
  case LayerEntry::Type::directory:
    return '5';
  case LayerEntry::Type::symlink:
    return '2';
  case LayerEntry::Type::file:
    break;
  }
  return '0';
}

Block numbers_block(const LayerEntry& entry, std::uint64_t uid, std::uint64_t gid,
                    std::uint64_t size, std::uint64_t mtime) {
  Block block;
  block.octal(100, 7, entry.mode);
  block.octal(108, 7, uid);
  block.octal(116, 7, gid);
  block.octal(124, 11, size);
  block.octal(136, 11, mtime);
  block.bytes[156] = type_flag(entry.type);
  block.text(257, 8, std::string_view("ustar\00000", 8));
  return block;
}

// "<length> <key>=<value>\n", where the length counts itself.
std::string pax_record(std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (format("{}", length).size() + rest != length) {
    length = format("{}", length).size() + rest;
  }
  return format("{} {}={}\n", length, key, value);
}

std::string padded(std::string data) {
  data.append(tar_padding(data.size()), '\0');
  return data;
}

// An extended header: a block of type 'x' named `name`, then `data` (records).
std::string pax_header(std::string_view name, std::string data) {
  Block block = numbers_block(LayerEntry{}, 0, 0, data.size(), 0);
  block.text(0, 100, name);
  block.bytes[156] = 'x';
  return std::move(block).finish() + padded(std::move(data));
}

using Records = std::vector<std::pair<std::string, std::string>>;

// --- Python -------------------------------------------------------------------------------------

// tarfile fills the fixed text fields by encoding to ASCII with "?" for each other code point.
std::string ascii_with_question_marks(std::string_view bytes) {
  std::string text;
  for (const char32_t code_point : python_decode(bytes)) {
    text.push_back(code_point < 0x80 ? static_cast<char>(code_point) : '?');
  }
  return text;
}

std::string python_pax(const Records& records) {
  if (records.empty()) return {};
  std::string data;
  if (!std::ranges::all_of(records, [](const auto& record) { return is_utf8(record.second); })) {
    data = pax_record("hdrcharset", "BINARY");
  }
  for (const auto& [key, value] : records)
    data += pax_record(key, value);
  return pax_header("././@PaxHeader", std::move(data));
}

std::string python_header(const LayerEntry& entry) {
  const std::string name =
      entry.type == LayerEntry::Type::directory ? entry.name + "/" : entry.name;
  Records records;
  const auto text_record = [&](const char* key, std::string_view value, std::size_t width) {
    if (!is_ascii(value) || value.size() > width) records.emplace_back(key, value);
  };
  text_record("path", name, 100);
  text_record("linkpath", entry.target, 100);
  text_record("uname", entry.uname, 32);
  text_record("gname", entry.gname, 32);

  // A number too large for its field is written as 0 there and in full as a record.
  const auto number = [&](const char* key, std::uint64_t value, std::uint64_t limit) {
    if (value < limit) return value;
    records.emplace_back(key, format("{}", value));
    return std::uint64_t{0};
  };
  const std::uint64_t uid = number("uid", entry.uid, octal7_limit);
  const std::uint64_t gid = number("gid", entry.gid, octal7_limit);
  const std::uint64_t size = number("size", entry.size, octal11_limit);
  const std::uint64_t mtime =
      number("mtime", static_cast<std::uint64_t>(entry.mtime), octal11_limit);

  Block block = numbers_block(entry, uid, gid, size, mtime);
  block.text(0, 100, ascii_with_question_marks(name));
  block.text(157, 100, ascii_with_question_marks(entry.target));
  block.text(265, 32, ascii_with_question_marks(entry.uname));
  block.text(297, 32, ascii_with_question_marks(entry.gname));
  return python_pax(records) + std::move(block).finish();
}

// --- Go -----------------------------------------------------------------------------------------

std::string ascii_only(std::string_view bytes) {
  std::string text;
  std::ranges::copy_if(bytes, std::back_inserter(text),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return text;
}

// A name of over 100 bytes may be split at a slash into a prefix of at most 155 and a rest of at
// most 100; Go takes the last slash that leaves the prefix short enough.
std::pair<std::string_view, std::string_view> ustar_split(std::string_view name) {
  if (name.size() <= 100 || !is_ascii(name)) return {"", name};
  const std::size_t slash = name.substr(0, 156).rfind('/');
  if (slash == std::string_view::npos || slash == 0) return {"", name};
  const std::string_view rest = name.substr(slash + 1);
  if (rest.empty() || rest.size() > 100) return {"", name};
  return {name.substr(0, slash), rest};
}

std::string go_pax(const LayerEntry& entry, const std::map<std::string, std::string>& records) {
  if (records.empty()) return {};
  std::string data;
  for (const auto& [key, value] : records)
    data += pax_record(key, value);
  const std::size_t base = entry.name.rfind('/') + 1; // 0 when there is no slash
  std::string name =
      ascii_only(format("{}PaxHeaders.0/{}", entry.name.substr(0, base), entry.name.substr(base)));
  name.resize(std::min<std::size_t>(name.size(), 100));
  name.resize(name.find_last_not_of('/') + 1);
  return pax_header(name, std::move(data));
}

// A text field as Go fills it: where cutting it leaves a slash at the end, a NUL takes the place
// of the first of the slashes there, since old readers would take the entry for a directory.
void go_text(Block& block, std::size_t offset, std::size_t width, std::string_view value) {
  const std::string text = ascii_only(value);
  block.text(offset, width, text);
  if (text.size() <= width || text[width - 1] != '/') return;
  const std::size_t kept = text.find_last_not_of('/', width - 1) + 1;
  block.bytes[offset + kept] = '\0';
}

// What a ustar block cannot say, by PAX key.
std::map<std::string, std::string> go_records(const LayerEntry& entry) {
  std::map<std::string, std::string> records;
  const auto text = [&](const char* key, const std::string& value, std::size_t width) {
    if (!is_ascii(value) || value.size() > width) records[key] = value;
  };
  const auto number = [&](const char* key, std::uint64_t value, std::uint64_t limit) {
    if (value >= limit) records[key] = format("{}", value);
  };
  text("path", entry.name, 100);
  text("linkpath", entry.target, 100);
  text("uname", entry.uname, 32);
  text("gname", entry.gname, 32);
  number("uid", entry.uid, octal7_limit);
  number("gid", entry.gid, octal7_limit);
  number("size", entry.size, octal11_limit);
  number("mtime", static_cast<std::uint64_t>(entry.mtime), octal11_limit);
  return records;
}

std::string go_header(const LayerEntry& entry) {
  std::map<std::string, std::string> records = go_records(entry);
  auto [prefix, name] = ustar_split(entry.name);
  // Only a name that can be split needs no record. If there is one all the same, it is said as
  // well, and in full.
  if (records.size() == 1 && !prefix.empty()) records.clear();
  if (!records.empty()) {
    prefix = {};
    name = entry.name;
  }
  const auto fitting = [](std::uint64_t value, std::uint64_t limit) {
    return value < limit ? value : 0;
  };
  Block block = numbers_block(entry, fitting(entry.uid, octal7_limit),
                              fitting(entry.gid, octal7_limit), fitting(entry.size, octal11_limit),
                              fitting(static_cast<std::uint64_t>(entry.mtime), octal11_limit));
  go_text(block, 0, 100, name);
  go_text(block, 157, 100, entry.target);
  go_text(block, 265, 32, entry.uname);
  go_text(block, 297, 32, entry.gname);
  block.octal(329, 7, 0);
  block.octal(337, 7, 0);
  block.text(345, 155, prefix);
  return go_pax(entry, records) + std::move(block).finish();
}

} // namespace

std::string layer_header(const LayerEntry& entry, TarFlavour flavour) {
  return flavour == TarFlavour::python ? python_header(entry) : go_header(entry);
}

std::size_t layer_end_size(std::uint64_t written, TarFlavour flavour) noexcept {
  constexpr std::uint64_t end_blocks = 2 * tar_block_size;
  if (flavour == TarFlavour::go) return end_blocks;
  constexpr std::uint64_t record_size = 20 * tar_block_size; // tarfile's RECORDSIZE
  const std::uint64_t ended = written + end_blocks;
  return static_cast<std::size_t>(end_blocks + (record_size - ended % record_size) % record_size);
}

} // namespace nixbuild::archive
