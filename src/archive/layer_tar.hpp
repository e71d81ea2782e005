#pragma once

#include <cstdint>
#include <string>

namespace nixbuild::archive {

// Who wrote the layer that is to be reproduced byte for byte.
enum class TarFlavour {
  python, // nixpkgs' stream_layered_image.py: Python's tarfile (3.9 or newer), PAX format
  go,     // nix2container: Go's archive/tar
};

// One entry of a layer, with everything that its header says.
struct LayerEntry {
  enum class Type { file, directory, symlink };
  Type type = Type::file;
  std::string name;       // absolute, without a trailing slash; raw bytes
  std::string target;     // of a symlink
  unsigned mode = 0;      // permission bits, 07777 at most
  std::uint64_t size = 0; // of a file
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::string uname;
  std::string gname;
  std::int64_t mtime = 1; // seconds since 1970, not negative
};

// The bytes in front of an entry's content: its header block, and before it a PAX extended header
// where the flavour needs one.
[[nodiscard]] std::string layer_header(const LayerEntry& entry, TarFlavour flavour);

// How many zero bytes end a tar of which `written` bytes were written.
[[nodiscard]] std::size_t layer_end_size(std::uint64_t written, TarFlavour flavour) noexcept;

} // namespace nixbuild::archive
