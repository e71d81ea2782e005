#include "sink/checked_layer.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::sink {

void throw_damaged(const image::Layer& layer, std::string_view problem) {
  throw Error(ErrorKind::corrupt,
              format("the layer {} of the image is damaged: {}", layer.digest.str(), problem))
      .with_hint("it was changed since it was made, or is broken on disk: build the image again");
}

void CheckedLayer::write(std::span<const std::byte> data) {
  if (data.size() > layer_.size - written_) throw_damaged(layer_, "it has too many bytes");
  hash_.write(data);
  written_ += data.size();
  if (progress_) progress_(written_);
}

void CheckedLayer::finish() {
  if (written_ != layer_.size) {
    throw_damaged(layer_, format("it has {} bytes instead of {}", written_, layer_.size));
  }
  const oci::Digest digest = oci::Digest::from_hex(hash_.finish());
  if (digest != layer_.digest) throw_damaged(layer_, format("its digest is {}", digest.str()));
}

} // namespace nixbuild::sink
