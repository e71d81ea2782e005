#include "image/image.hpp"

namespace nixbuild::image {

void LayerContent::write_compressed_to(archive::Sink& sink, archive::Compression compression,
                                       const CancelToken& cancel) const {
  const auto compressor = archive::make_compressor(compression, sink);
  write_to(*compressor, cancel);
  compressor->finish();
}

} // namespace nixbuild::image
