#include "archive/tar_reader.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::archive {

namespace {

constexpr std::uint64_t largest_metadata = std::uint64_t{1} << 20U;

[[noreturn]] void fail(std::string_view reason) {
  throw Error(ErrorKind::corrupt, format("the tar archive is damaged: {}", reason));
}

[[noreturn]] void fail_truncated() {
  throw Error(ErrorKind::corrupt, "the tar archive ends too early")
      .with_hint("it was probably not copied or written to its end: make it again");
}

template <class T>
T checked(std::expected<T, std::string> result) {
  if (!result) fail(result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

TarType type_of(char flag, std::string_view name) {
  switch (flag) {
  case '0':
  case '7': // contiguous file
    // v7 had no other way to say directory.
    return name.ends_with('/') ? TarType::directory : TarType::file;
  case '1':
    return TarType::hard_link;
  case '2':
    return TarType::symbolic_link;
  case '5':
    return TarType::directory;
  case 'S':
    return TarType::sparse_file;
  default:
    return TarType::other;
  }
}

// Links, devices, directories and pipes have no content, whatever their size field says.
bool has_content(char type_flag) {
  return type_flag < '1' || type_flag > '6';
}

} // namespace

// False at the end of the source, where no part of a block is left.
bool TarReader::read_block() {
  const std::size_t got = read_full(source_, block_);
  position_ += got;
  if (got != 0 && got != block_.size()) fail_truncated();
  return got != 0;
}

void TarReader::skip_content() {
  const std::uint64_t count = remaining_ + padding_;
  remaining_ = padding_ = 0;
  if (count == 0) return;
  const std::uint64_t skipped = source_.skip(count);
  position_ += skipped;
  if (skipped != count) fail_truncated();
}

std::size_t TarReader::read(std::span<std::byte> buffer) {
  if (remaining_ == 0) return 0;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), remaining_));
  const std::size_t got = source_.read(buffer.first(wanted));
  if (got == 0) fail_truncated();
  position_ += got;
  remaining_ -= got;
  return got;
}

// Nothing at the end-of-archive marker, which is two blocks of zeros; the second may be missing.
std::optional<TarHeader> TarReader::read_header() {
  if (!read_block()) fail_truncated();
  if (!is_zero(block_)) {
    auto header = decode_tar_header(block_);
    if (!header && position_ == tar_block_size) {
      throw Error(ErrorKind::corrupt, "this is not a tar archive");
    }
    return checked(std::move(header));
  }
  if (read_block() && !is_zero(block_)) fail("something follows a lone block of zeros");
  return std::nullopt;
}

std::string TarReader::read_metadata(const TarHeader& header) {
  if (header.size > largest_metadata) fail("an extended header is larger than 1 MiB");
  std::string data(static_cast<std::size_t>(header.size), '\0');
  remaining_ = header.size;
  padding_ = tar_padding(header.size);
  auto room = std::as_writable_bytes(std::span(data));
  while (!room.empty())
    room = room.subspan(read(room));
  skip_content();
  return data;
}

TarEntry TarReader::start_entry(TarHeader header, PaxValues values) {
  while (header.more_sparse_blocks) {
    if (!read_block()) fail_truncated();
    header.more_sparse_blocks = sparse_map_continues(block_);
  }
  TarEntry entry;
  entry.name = std::move(values.path).value_or(std::move(header.name));
  entry.link_target = std::move(values.link_path).value_or(std::move(header.link_target));
  entry.type_flag = header.type_flag;
  entry.type = values.sparse ? TarType::sparse_file : type_of(header.type_flag, entry.name);
  entry.size = has_content(header.type_flag) ? values.size.value_or(header.size) : 0;
  entry.attributes = std::move(header.attributes);
  entry.attributes.uid = values.uid.value_or(entry.attributes.uid);
  entry.attributes.gid = values.gid.value_or(entry.attributes.gid);
  entry.attributes.mtime = values.mtime.value_or(entry.attributes.mtime);
  entry.attributes.extended = std::move(values.extended);
  entry.offset = position_;
  remaining_ = entry.size;
  padding_ = tar_padding(entry.size);
  return entry;
}

std::optional<TarEntry> TarReader::next() {
  if (ended_) return std::nullopt;
  skip_content();
  PaxValues values = global_;
  // GNU's long name and long link target: entries whose content belongs to the entry after them.
  std::optional<std::string> long_name;
  std::optional<std::string> long_link;
  while (auto header = read_header()) {
    switch (header->type_flag) {
    case 'x':
      values = global_;
      checked(apply_pax_records(read_metadata(*header), values));
      break;
    case 'g':
      checked(apply_pax_records(read_metadata(*header), global_));
      values = global_;
      break;
    case 'L':
      long_name = read_metadata(*header).c_str(); // up to the NUL that ends it
      break;
    case 'K':
      long_link = read_metadata(*header).c_str();
      break;
    default:
      if (long_name) header->name = *std::move(long_name);
      if (long_link) header->link_target = *std::move(long_link);
      return start_entry(*std::move(header), std::move(values));
    }
  }
  ended_ = true;
  return std::nullopt;
}

} // namespace nixbuild::archive
