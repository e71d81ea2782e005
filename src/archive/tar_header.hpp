#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The records that a tar archive is made of, decoded from bytes (POSIX.1-2001 pax, GNU tar manual
// "Basic Tar Format"). Nothing here reads or writes.
namespace nixbuild::archive {

inline constexpr std::size_t tar_block_size = 512;
using TarBlock = std::span<const std::byte, tar_block_size>;

// Bytes that fill the last block of `size` bytes of content.
[[nodiscard]] constexpr std::uint64_t tar_padding(std::uint64_t size) {
  return (tar_block_size - size % tar_block_size) % tar_block_size;
}

// What an entry says of its file beside name and content.
struct TarAttributes {
  unsigned mode = 0; // permission bits, 07777 at most
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::int64_t mtime = 0;                           // seconds since 1970
  std::uint64_t device_major = 0;                   // of devices
  std::uint64_t device_minor = 0;                   // likewise
  std::map<std::string, std::string> extended = {}; // "security.capability"
};

// What we use of a header block. Attributes that make no sense are 0.
struct TarHeader {
  std::string name; // with the ustar prefix before it
  std::string link_target;
  char type_flag = '0';
  std::uint64_t size = 0;
  TarAttributes attributes;
  bool more_sparse_blocks = false; // for type 'S': blocks of its sparse map follow
};

[[nodiscard]] bool is_zero(TarBlock block);

// The error says what is wrong with the block.
[[nodiscard]] std::expected<TarHeader, std::string> decode_tar_header(TarBlock block);

// Whether another block follows this block of an old GNU sparse map.
[[nodiscard]] bool sparse_map_continues(TarBlock block);

// Of the pax records that are extended attributes, as star and Docker write them; the attribute's
// name follows.
inline constexpr std::string_view extended_attribute = "SCHILY.xattr.";

// What we use of pax extended headers; absent means not said.
struct PaxValues {
  std::optional<std::string> path;
  std::optional<std::string> link_path;
  std::optional<std::uint64_t> size;
  std::optional<std::uint64_t> uid;
  std::optional<std::uint64_t> gid;
  std::optional<std::int64_t> mtime;
  std::map<std::string, std::string> extended; // attributes, without the prefix of their records
  bool sparse = false;                         // one of GNU's sparse formats in pax clothes
};

// Applies the records of an extended header ("LENGTH KEY=VALUE\n"…) to `values`; an empty value
// takes back what was said before. The error says what is wrong with them.
[[nodiscard]] std::expected<void, std::string> apply_pax_records(std::string_view records,
                                                                 PaxValues& values);

} // namespace nixbuild::archive
