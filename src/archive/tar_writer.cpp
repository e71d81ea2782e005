#include "archive/tar_writer.hpp"

#include "archive/tar_header.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>

namespace nixbuild::archive {

namespace {

constexpr std::size_t longest_name = 100;
constexpr std::uint64_t first_size_too_large = std::uint64_t{8} << 30U; // 11 octal digits

// A ustar header block (POSIX.1-2001, pax, "ustar Interchange Format"), numbers as octal digits
// with leading zeros:
//     0 name[100]     100 mode[8] uid[8] gid[8]   124 size[12] mtime[12]   148 checksum[8]
//   156 typeflag[1]   157 linkname[100]           257 "ustar\0" "00"
//   265 uname[32] gname[32] devmajor[8] devminor[8] prefix[155]   500 zeros
std::string ustar_block(std::string_view name, char type_flag, unsigned mode, std::uint64_t size,
                        std::string_view link_target) {
  std::string block(tar_block_size, '\0');
  const auto put = [&](std::size_t offset, std::string_view text) {
    std::ranges::copy(text, block.begin() + static_cast<std::ptrdiff_t>(offset));
  };
  put(0, name.substr(0, longest_name));
  put(100, format("{:07o}", mode));
  put(108, "0000000");
  put(116, "0000000");
  put(124, format("{:011o}", size < first_size_too_large ? size : 0));
  put(136, "00000000000");
  put(148, "        "); // the checksum counts itself as spaces
  put(156, std::string_view(&type_flag, 1));
  put(157, link_target.substr(0, longest_name));
  put(257, std::string_view("ustar\00000", 8));
  put(329, "0000000");
  put(337, "0000000");

  unsigned checksum = 0;
  for (const char byte : block)
    checksum += static_cast<unsigned char>(byte);
  put(148, format("{:06o}", checksum));
  block[154] = '\0';
  return block;
}

bool fits_ustar(std::string_view text) {
  return text.size() <= longest_name &&
         std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// "LENGTH KEY=VALUE\n", where LENGTH counts its own digits too.
std::string pax_record(std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (length != rest + format("{}", length).size())
    length = rest + format("{}", length).size();
  return format("{} {}={}\n", length, key, value);
}

std::string pax_records(const TarMember& member) {
  std::string records;
  if (!fits_ustar(member.link_target)) records += pax_record("linkpath", member.link_target);
  if (!fits_ustar(member.name)) records += pax_record("path", member.name);
  if (member.size >= first_size_too_large) {
    records += pax_record("size", format("{}", member.size));
  }
  return records;
}

std::string padded(std::string text) {
  text.resize(text.size() + tar_padding(text.size()), '\0');
  return text;
}

struct Kind {
  char type_flag;
  unsigned mode;
};

Kind kind_of(TarMember::Type type) {
  switch (type) {
  case TarMember::Type::directory:
    return {'5', 0755};
  case TarMember::Type::symbolic_link:
    return {'2', 0777};
  case TarMember::Type::executable:
    return {'0', 0755};
  case TarMember::Type::file:
    break;
  }
  return {'0', 0644};
}

} // namespace

std::string tar_header(const TarMember& member) {
  std::string header;
  const std::string records = pax_records(member);
  if (!records.empty()) {
    header = ustar_block("././@PaxHeader", 'x', 0644, records.size(), "") + padded(records);
  }
  const auto [type_flag, mode] = kind_of(member.type);
  return header + ustar_block(member.name, type_flag, mode, member.size, member.link_target);
}

std::uint64_t tar_member_size(const TarMember& member) {
  return tar_header(member).size() + member.size + tar_padding(member.size);
}

void TarWriter::start(const TarMember& member) {
  pad();
  const std::string header = tar_header(member);
  sink_.write(std::as_bytes(std::span(header)));
  padding_ = tar_padding(member.size);
}

void TarWriter::add(std::string_view name, std::string_view content) {
  start({.name = std::string(name), .size = content.size()});
  sink_.write(std::as_bytes(std::span(content)));
}

void TarWriter::finish() {
  pad();
  static constexpr std::array<std::byte, tar_end_size> zeros{};
  sink_.write(zeros);
}

void TarWriter::pad() {
  static constexpr std::array<std::byte, tar_block_size> zeros{};
  if (padding_ > 0) sink_.write(std::span(zeros).first(padding_));
  padding_ = 0;
}

} // namespace nixbuild::archive
