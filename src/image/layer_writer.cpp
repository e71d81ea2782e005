#include "image/layer_writer.hpp"

#include "archive/tar_header.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <algorithm>
#include <string>

namespace nixbuild::image {

LayerWriter::LayerWriter(archive::Sink& sink, archive::TarFlavour flavour,
                         const CancelToken& cancel)
    : sink_(sink)
    , flavour_(flavour)
    , cancel_(cancel)
    , buffer_(std::size_t{256} << 10U) {}

void LayerWriter::entry(const archive::LayerEntry& entry) {
  cancel_.throw_if_cancelled();
  const std::string bytes = archive::layer_header(entry, flavour_);
  write(std::as_bytes(std::span(bytes)));
}

void LayerWriter::file(archive::LayerEntry header, std::string_view content) {
  header.size = content.size();
  entry(header);
  write(std::as_bytes(std::span(content)));
  zeros(archive::tar_padding(content.size()));
}

void LayerWriter::file(archive::LayerEntry header, const archive::TreeNode& node) {
  header.size = node.size;
  entry(header);
  const UniqueFd fd = node.open();
  std::uint64_t left = node.size;
  while (left > 0) {
    const std::span<std::byte> space = room();
    const std::size_t got =
        read_some(fd.get(), space.first(std::min<std::uint64_t>(left, space.size())));
    if (got == 0) {
      throw Error(ErrorKind::corrupt, format("{} became shorter while it was read", node.path));
    }
    wrote(got);
    left -= got;
  }
  zeros(archive::tar_padding(node.size));
}

void LayerWriter::finish() {
  zeros(archive::layer_end_size(written_, flavour_));
  flush();
}

std::span<std::byte> LayerWriter::room() {
  if (used_ == buffer_.size()) flush();
  return std::span(buffer_).subspan(used_);
}

void LayerWriter::wrote(std::size_t count) {
  used_ += count;
  written_ += count;
}

void LayerWriter::write(std::span<const std::byte> data) {
  while (!data.empty()) {
    const std::span<std::byte> space = room();
    const auto piece = data.first(std::min(data.size(), space.size()));
    std::ranges::copy(piece, space.begin());
    wrote(piece.size());
    data = data.subspan(piece.size());
  }
}

void LayerWriter::zeros(std::size_t count) {
  while (count > 0) {
    const std::span<std::byte> space = room();
    const std::size_t piece = std::min(count, space.size());
    std::ranges::fill(space.first(piece), std::byte{0});
    wrote(piece);
    count -= piece;
  }
}

void LayerWriter::flush() {
  cancel_.throw_if_cancelled();
  if (used_ > 0) sink_.write(std::span(buffer_).first(used_));
  used_ = 0;
}

} // namespace nixbuild::image
