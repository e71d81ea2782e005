#pragma once

#include "archive/stream.hpp"
#include "archive/tar_header.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace nixbuild::archive {

enum class TarType {
  file,
  hard_link,
  symbolic_link,
  directory,
  sparse_file, // content is GNU's sparse form, not the file's bytes
  other,       // devices, pipes, unknown extensions: see TarEntry::type_flag
};

struct TarEntry {
  std::string name;        // as the archive has it: may be absolute, hold "..", anything but NUL
  std::string link_target; // for links; likewise
  TarType type = TarType::file;
  char type_flag = '0';
  std::uint64_t size = 0; // bytes of content
  TarAttributes attributes;
  std::uint64_t offset = 0; // where the content starts, counted from the start of the source
};

// Reads a tar archive (v7, ustar, pax, GNU long names and base-256 sizes) in one pass. Throws an
// Error of kind corrupt for anything that is none, for names of more than 1 MiB, and for an
// archive that ends before its end-of-archive marker. As a source it has the content of the entry
// that next() returned last.
class TarReader final : public Source {
public:
  // Reads `source` from where it stands; it must outlive the reader.
  explicit TarReader(Source& source) : source_(source) {}

  // The next entry, or nothing once the end-of-archive marker was read. Passes over what was not
  // read of the content of the one before.
  [[nodiscard]] std::optional<TarEntry> next();

  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override;

private:
  bool read_block();
  void skip_content();
  [[nodiscard]] std::optional<TarHeader> read_header();
  [[nodiscard]] std::string read_metadata(const TarHeader& header);
  [[nodiscard]] TarEntry start_entry(TarHeader header, PaxValues values);

  Source& source_;
  std::array<std::byte, tar_block_size> block_{};
  std::uint64_t position_ = 0;  // of source_
  std::uint64_t remaining_ = 0; // content of the current entry
  std::uint64_t padding_ = 0;   // behind it
  PaxValues global_;
  bool ended_ = false;
};

} // namespace nixbuild::archive
