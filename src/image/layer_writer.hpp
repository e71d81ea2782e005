#pragma once

#include "archive/layer_tar.hpp"
#include "archive/stream.hpp"
#include "archive/tree_walk.hpp"
#include "support/cancel.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace nixbuild::image {

// Writes the tar of one layer, entry by entry, in one of the flavours.
class LayerWriter {
public:
  LayerWriter(archive::Sink& sink, archive::TarFlavour flavour, const CancelToken& cancel);

  // A directory, a symlink or an empty file.
  void entry(const archive::LayerEntry& entry);
  // A file with the bytes of `content`; entry.size is set from it.
  void file(archive::LayerEntry entry, std::string_view content);
  // A file with the bytes of `node` on disk; entry.size is set from it. Throws an Error of kind
  // corrupt when the file turns out to be shorter.
  void file(archive::LayerEntry entry, const archive::TreeNode& node);
  // What ends a tar, and everything that was not handed on yet. Nothing may follow.
  void finish();

private:
  // Room for at least one byte.
  std::span<std::byte> room();
  void wrote(std::size_t count);
  void write(std::span<const std::byte> data);
  void zeros(std::size_t count);
  void flush();

  archive::Sink& sink_;
  archive::TarFlavour flavour_;
  const CancelToken& cancel_;
  // Most entries of a store are smaller than the work of handing them on one by one.
  std::vector<std::byte> buffer_;
  std::size_t used_ = 0;
  std::uint64_t written_ = 0;
};

} // namespace nixbuild::image
