#include "archive/tar_writer.hpp"

#include "archive/tar_header.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>

namespace nixbuild::archive {

namespace {

constexpr std::size_t longest_name = 100;
constexpr std::uint64_t first_size_too_large = std::uint64_t{8} << 30U;   // 11 octal digits
constexpr std::uint64_t first_number_too_large = std::uint64_t{1} << 21U; // 7 octal digits

// A ustar header block (POSIX.1-2001, pax, "ustar Interchange Format"), numbers as octal digits
// with leading zeros:
//     0 name[100]     100 mode[8] uid[8] gid[8]   124 size[12] mtime[12]   148 checksum[8]
//   156 typeflag[1]   157 linkname[100]           257 "ustar\0" "00"
//   265 uname[32] gname[32] devmajor[8] devminor[8] prefix[155]   500 zeros
struct UstarFields {
  std::string_view name;
  char type_flag = '0';
  std::uint64_t size = 0;
  std::string_view link_target = {};
  TarAttributes attributes = {};
};

std::string ustar_block(const UstarFields& fields) {
  const TarAttributes& attributes = fields.attributes;
  std::string block(tar_block_size, '\0');
  const auto put = [&](std::size_t offset, std::string_view text) {
    std::ranges::copy(text, block.begin() + static_cast<std::ptrdiff_t>(offset));
  };
  const auto put_number = [&](std::size_t offset, std::uint64_t number) {
    put(offset, format("{:07o}", number < first_number_too_large ? number : 0));
  };
  const auto put_large_number = [&](std::size_t offset, std::uint64_t number) {
    put(offset, format("{:011o}", number < first_size_too_large ? number : 0));
  };
  put(0, fields.name.substr(0, longest_name));
  put_number(100, attributes.mode);
  put_number(108, attributes.uid);
  put_number(116, attributes.gid);
  put_large_number(124, fields.size);
  put_large_number(136, static_cast<std::uint64_t>(std::max<std::int64_t>(attributes.mtime, 0)));
  put(148, "        "); // the checksum counts itself as spaces
  put(156, std::string_view(&fields.type_flag, 1));
  put(157, fields.link_target.substr(0, longest_name));
  put(257, std::string_view("ustar\00000", 8));
  put_number(329, attributes.device_major);
  put_number(337, attributes.device_minor);

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

// What a ustar block cannot say of an entry.
std::string pax_records(const UstarFields& fields) {
  const TarAttributes& attributes = fields.attributes;
  std::string records;
  for (const auto& [key, value] : attributes.extended)
    records += pax_record(format("{}{}", extended_attribute, key), value);
  if (attributes.gid >= first_number_too_large) {
    records += pax_record("gid", format("{}", attributes.gid));
  }
  if (!fits_ustar(fields.link_target)) records += pax_record("linkpath", fields.link_target);
  if (attributes.mtime < 0 ||
      static_cast<std::uint64_t>(attributes.mtime) >= first_size_too_large) {
    records += pax_record("mtime", format("{}", attributes.mtime));
  }
  if (!fits_ustar(fields.name)) records += pax_record("path", fields.name);
  if (fields.size >= first_size_too_large) {
    records += pax_record("size", format("{}", fields.size));
  }
  if (attributes.uid >= first_number_too_large) {
    records += pax_record("uid", format("{}", attributes.uid));
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

std::string header_of(const UstarFields& fields) {
  const std::string records = pax_records(fields);
  if (records.empty()) return ustar_block(fields);
  return ustar_block({.name = "././@PaxHeader",
                      .type_flag = 'x',
                      .size = records.size(),
                      .attributes = {.mode = 0644}}) +
         padded(records) + ustar_block(fields);
}

} // namespace

std::string tar_header(const TarMember& member) {
  const auto [type_flag, mode] = kind_of(member.type);
  return header_of({.name = member.name,
                    .type_flag = type_flag,
                    .size = member.size,
                    .link_target = member.link_target,
                    .attributes = {.mode = mode}});
}

std::string tar_entry_header(const TarEntry& entry) {
  return header_of({.name = entry.name,
                    .type_flag = entry.type_flag,
                    .size = entry.size,
                    .link_target = entry.link_target,
                    .attributes = entry.attributes});
}

std::uint64_t tar_member_size(const TarMember& member) {
  return tar_header(member).size() + member.size + tar_padding(member.size);
}

void TarWriter::start(const TarMember& member) {
  start(tar_header(member), member.size);
}

void TarWriter::start_entry(const TarEntry& entry) {
  start(tar_entry_header(entry), entry.size);
}

void TarWriter::start(const std::string& header, std::uint64_t size) {
  pad();
  sink_.write(std::as_bytes(std::span(header)));
  padding_ = tar_padding(size);
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
