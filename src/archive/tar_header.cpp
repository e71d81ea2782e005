#include "archive/tar_header.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace nixbuild::archive {

namespace {

constexpr std::uint64_t largest_size = std::numeric_limits<std::int64_t>::max();

// Where the fields of a header block are: offset and length.
struct Field {
  std::size_t offset, length;
};
constexpr Field name_field{0, 100};
constexpr Field mode_field{100, 8};
constexpr Field uid_field{108, 8};
constexpr Field gid_field{116, 8};
constexpr Field size_field{124, 12};
constexpr Field mtime_field{136, 12};
constexpr Field checksum_field{148, 8};
constexpr Field type_field{156, 1};
constexpr Field link_field{157, 100};
constexpr Field magic_field{257, 6};
constexpr Field major_field{329, 8};
constexpr Field minor_field{337, 8};
constexpr Field prefix_field{345, 155};
constexpr std::size_t sparse_header_continues = 482; // old GNU: byte "isextended" of a header
constexpr std::size_t sparse_block_continues = 504;  // … and of the blocks that follow it

std::string_view text_of(TarBlock block, Field field) {
  const std::string_view text(reinterpret_cast<const char*>(block.data()) + field.offset,
                              field.length);
  return text.substr(0, text.find('\0'));
}

// A number is octal digits between spaces or NULs, or, when its first bit is set, base-256
// (a GNU extension). Nothing when it is neither, or negative, or out of range.
std::optional<std::uint64_t> number_of(TarBlock block, Field field) {
  const auto bytes = block.subspan(field.offset, field.length);
  const auto first = std::to_integer<std::uint8_t>(bytes[0]);
  std::uint64_t value = 0;
  if ((first & 0x80U) != 0) {
    value = first & 0x7fU;
    for (const std::byte byte : bytes.subspan(1)) {
      if (value > (largest_size >> 8U)) return std::nullopt;
      value = (value << 8U) | std::to_integer<std::uint8_t>(byte);
    }
    return value;
  }
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  constexpr std::string_view filler(" \0", 2);
  const std::size_t begin = text.find_first_not_of(filler);
  if (begin == std::string_view::npos) return 0;
  text = text.substr(begin, text.find_last_not_of(filler) + 1 - begin);
  const auto [end, problem] = std::from_chars(text.begin(), text.end(), value, 8);
  if (problem != std::errc{} || end != text.end()) return std::nullopt;
  return value;
}

TarAttributes attributes_of(TarBlock block) {
  const auto number = [&](Field field) { return number_of(block, field).value_or(0); };
  return {.mode = static_cast<unsigned>(number(mode_field) & 07777U),
          .uid = number(uid_field),
          .gid = number(gid_field),
          .mtime = static_cast<std::int64_t>(number(mtime_field)),
          .device_major = number(major_field),
          .device_minor = number(minor_field)};
}

// The sum of all bytes, those of the checksum itself counted as spaces. Some old programs took
// the bytes as signed.
bool checksum_is_right(TarBlock block) {
  const auto written = number_of(block, checksum_field);
  if (!written) return false;
  std::uint32_t as_unsigned = 0;
  std::int32_t as_signed = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const bool inside =
        i >= checksum_field.offset && i < checksum_field.offset + checksum_field.length;
    const auto byte = inside ? std::uint8_t{' '} : std::to_integer<std::uint8_t>(block[i]);
    as_unsigned += byte;
    as_signed += static_cast<std::int8_t>(byte);
  }
  return *written == as_unsigned || (as_signed >= 0 && *written == std::uint64_t(as_signed));
}

} // namespace

bool is_zero(TarBlock block) {
  return std::ranges::all_of(block, [](std::byte byte) { return byte == std::byte{0}; });
}

std::expected<TarHeader, std::string> decode_tar_header(TarBlock block) {
  if (!checksum_is_right(block)) return std::unexpected("a header has a wrong checksum");
  TarHeader header;
  header.name = text_of(block, name_field);
  header.link_target = text_of(block, link_field);
  const std::string_view type = text_of(block, type_field);
  header.type_flag = type.empty() ? '0' : type.front();
  const auto size = number_of(block, size_field);
  if (!size) return std::unexpected("a header has a bad size");
  header.size = *size;
  header.attributes = attributes_of(block);

  // Only POSIX archives have a prefix: GNU's magic is "ustar ", and keeps other things there.
  const std::string_view prefix = text_of(block, prefix_field);
  if (text_of(block, magic_field) == "ustar" && !prefix.empty()) {
    header.name = std::string(prefix) + "/" + header.name;
  }
  header.more_sparse_blocks =
      header.type_flag == 'S' && block[sparse_header_continues] != std::byte{0};
  return header;
}

bool sparse_map_continues(TarBlock block) {
  return block[sparse_block_continues] != std::byte{0};
}

namespace {

struct PaxRecord {
  std::string_view key, value;
};

// Cuts the first record off `records`. Its length counts everything: digits, space and newline.
std::optional<PaxRecord> take_record(std::string_view& records) {
  std::size_t length = 0;
  const auto [end, problem] = std::from_chars(records.begin(), records.end(), length, 10);
  const auto digits = static_cast<std::size_t>(end - records.begin());
  if (problem != std::errc{} || length > records.size() || length < digits + 2) return {};
  std::string_view rest = records.substr(digits, length - digits);
  if (rest.front() != ' ' || rest.back() != '\n') return {};
  rest = rest.substr(1, rest.size() - 2);
  const std::size_t equals = rest.find('=');
  if (equals == 0 || equals == std::string_view::npos) return {};
  records.remove_prefix(length);
  return PaxRecord{rest.substr(0, equals), rest.substr(equals + 1)};
}

bool set_text(std::optional<std::string>& target, std::string_view value) {
  target.reset();
  if (!value.empty()) target = value;
  return value.find('\0') == std::string_view::npos;
}

// Like the fields of header blocks, these are no reason to refuse an archive. Fractions are cut
// off.
template <class Number>
void set_attribute(std::optional<Number>& target, std::string_view value) {
  Number number{};
  const auto [end, problem] = std::from_chars(value.begin(), value.end(), number, 10);
  target.reset();
  if (problem == std::errc{} && (end == value.end() || *end == '.')) target = number;
}

void set_extended(std::map<std::string, std::string>& target, std::string_view key,
                  std::string_view value) {
  if (value.empty()) {
    target.erase(std::string(key));
  } else {
    target.insert_or_assign(std::string(key), std::string(value));
  }
}

bool set_size(std::optional<std::uint64_t>& target, std::string_view value) {
  target.reset();
  if (value.empty()) return true;
  std::uint64_t size = 0;
  const auto [end, problem] = std::from_chars(value.begin(), value.end(), size, 10);
  target = size;
  return problem == std::errc{} && end == value.end() && size <= largest_size;
}

} // namespace

std::expected<void, std::string> apply_pax_records(std::string_view records, PaxValues& values) {
  while (!records.empty()) {
    const auto record = take_record(records);
    if (!record) return std::unexpected("an extended header is malformed");
    bool good = true;
    if (record->key == "path") good = set_text(values.path, record->value);
    if (record->key == "linkpath") good = set_text(values.link_path, record->value);
    if (record->key == "size") good = set_size(values.size, record->value);
    if (record->key == "uid") set_attribute(values.uid, record->value);
    if (record->key == "gid") set_attribute(values.gid, record->value);
    if (record->key == "mtime") set_attribute(values.mtime, record->value);
    if (record->key.starts_with(extended_attribute)) {
      set_extended(values.extended, record->key.substr(extended_attribute.size()), record->value);
    }
    if (record->key.starts_with("GNU.sparse.")) values.sparse = true;
    if (!good) return std::unexpected("an extended header has a bad value");
  }
  return {};
}

} // namespace nixbuild::archive
