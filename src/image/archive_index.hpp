#pragma once

#include "archive/decompressed_file.hpp"
#include "archive/tar_reader.hpp"
#include "oci/digest.hpp"
#include "support/cancel.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::image {

// What the bytes of a member are.
struct MemberContent {
  archive::Compression compression = archive::Compression::none; // by its first bytes
  std::optional<oci::Digest> digest; // of the bytes as they are stored; known when compressed
};

// A file inside an image archive.
struct ArchiveMember {
  archive::TarType type = archive::TarType::file;
  std::uint64_t offset = 0; // of its content, in the decompressed archive
  std::uint64_t size = 0;
  std::string link_target;              // of a symbolic link: name of a member
  std::optional<std::string> text;      // content, where it was kept in passing
  std::optional<MemberContent> content; // likewise
};

// Where things are in a tar archive of images.
//
// Of a plain archive only headers are read. A compressed one is decompressed once to its end, and
// what will be asked for is picked up on the way: texts that look like JSON, and the digests of
// members that are compressed themselves. Where a name occurs twice, the later member replaces the
// earlier one, as it does for docker, which unpacks the archive into a folder.
class ArchiveIndex {
public:
  // Throws an Error of kind corrupt for a damaged archive and for one that has too many members.
  ArchiveIndex(std::shared_ptr<const archive::DecompressedFile> file, const CancelToken& cancel);

  [[nodiscard]] bool contains(std::string_view name) const;

  // The file called `name`, through links. Throws an Error of kind corrupt when there is none,
  // when a name or link leads out of the archive, and when it is not a regular file.
  [[nodiscard]] const ArchiveMember& file(std::string_view name) const;

  // The content of the file called `name`. Throws an Error of kind corrupt when it is larger than
  // `limit` bytes.
  [[nodiscard]] std::string read(std::string_view name, std::size_t limit,
                                 const CancelToken& cancel) const;

  // What the content of the file called `name` is, reading as little of it as that takes.
  [[nodiscard]] MemberContent examine(std::string_view name, const CancelToken& cancel) const;

  // Throws an Error of kind corrupt when a member's name or link leads out of the archive.
  void require_contained() const;

private:
  void add(const archive::TarEntry& entry, archive::Source& content);
  void take_in_passing(std::string_view name, ArchiveMember& member, archive::Source& content);

  std::shared_ptr<const archive::DecompressedFile> file_;
  std::map<std::string, ArchiveMember, std::less<>> members_;
  std::size_t member_bytes_ = 0; // that members_ takes, but for texts
  std::size_t text_bytes_ = 0;
  std::string violation_; // the first name or link that leads out of the archive
};

} // namespace nixbuild::image
