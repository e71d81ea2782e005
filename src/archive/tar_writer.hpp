#pragma once

#include "archive/stream.hpp"
#include "archive/tar_reader.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace nixbuild::archive {

// An entry of an archive that carries other files, such as a docker-archive. It has no owner, no
// date and no name of who made it, so that equal content makes equal bytes: owner 0:0, mtime 0,
// mode 0644, for executables and directories 0755, for links 0777.
struct TarMember {
  enum class Type { file, executable, directory, symbolic_link };
  std::string name;
  Type type = Type::file;
  std::uint64_t size = 0;  // of the content that follows; files only
  std::string link_target; // symbolic links only
};

// What stands before the content of `member`: a ustar header block, with a pax extended header
// before it only where ustar cannot say it (names over 100 bytes, sizes from 8 GiB on).
[[nodiscard]] std::string tar_header(const TarMember& member);

// The same for an entry with all that a reader has found of it; its type is its type flag, which
// may not be one of GNU's sparse files, and its offset means nothing.
[[nodiscard]] std::string tar_entry_header(const TarEntry& entry);

// Bytes that `member` takes in the archive: header, content and padding.
[[nodiscard]] std::uint64_t tar_member_size(const TarMember& member);

// Bytes of the end-of-archive marker.
inline constexpr std::uint64_t tar_end_size = 1024;

// Writes such an archive.
class TarWriter {
public:
  // `sink` must outlive the writer.
  explicit TarWriter(Sink& sink) : sink_(sink) {}

  // Starts `member`; whoever calls writes exactly member.size bytes to the sink next.
  void start(const TarMember& member);
  void start_entry(const TarEntry& entry);
  // A file with its content.
  void add(std::string_view name, std::string_view content);
  // The end-of-archive marker.
  void finish();

private:
  void start(const std::string& header, std::uint64_t size);
  void pad();
  Sink& sink_;
  std::uint64_t padding_ = 0; // owed after the content of the current member
};

} // namespace nixbuild::archive
