#pragma once

#include "archive/stream.hpp"
#include "archive/tar_writer.hpp"
#include "source/source_tree.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace nixbuild::source {

// A source tree as a tar, for a machine that nothing of ours runs on.
class SourceTar {
public:
  // Of the files below `root`. Throws an Error of kind io for a link that cannot be read.
  SourceTar(std::filesystem::path root, const SourceTree& tree);

  // Bytes of it.
  [[nodiscard]] std::uint64_t size() const;

  // Throws an Error as write_content().
  void write(archive::Sink& sink) const;

private:
  struct Part {
    SourceEntry entry;
    archive::TarMember member;
  };
  std::filesystem::path root_;
  std::vector<Part> parts_;
};

} // namespace nixbuild::source
