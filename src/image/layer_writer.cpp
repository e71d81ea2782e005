#include "image/layer_writer.hpp"

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
  zeros(archive::block_padding(content.size()));
}

void LayerWriter::file(archive::LayerEntry header, const archive::TreeNode& node) {
  header.size = node.size;
  entry(header);
  const UniqueFd fd = node.open();
  std::uint64_t left = node.size;
  while (left > 0) {
    const auto want = std::span(buffer_).first(std::min<std::uint64_t>(left, buffer_.size()));
    const std::size_t got = read_some(fd.get(), want);
    if (got == 0) {
      throw Error(ErrorKind::corrupt, format("{} became shorter while it was read", node.path));
    }
    write(want.first(got));
    left -= got;
  }
  zeros(archive::block_padding(node.size));
}

void LayerWriter::finish() {
  zeros(archive::layer_end_size(written_, flavour_));
}

void LayerWriter::write(std::span<const std::byte> data) {
  if (data.empty()) return;
  sink_.write(data);
  written_ += data.size();
}

void LayerWriter::zeros(std::size_t count) {
  std::fill_n(buffer_.begin(), count, std::byte{0});
  write(std::span(buffer_).first(count));
}

} // namespace nixbuild::image
