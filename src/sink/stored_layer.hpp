#pragma once

#include "archive/compression.hpp"
#include "archive/stream.hpp"
#include "image/image.hpp"
#include "sink/checked_layer.hpp"
#include "support/cancel.hpp"

#include <memory>

namespace nixbuild::sink {

// How layers are to be kept in a registry or a file.
struct LayerForm {
  archive::Compression compression = archive::Compression::none;
  bool force = false; // also of layers that come compressed otherwise
};

// How the bytes of `layer` are compressed.
[[nodiscard]] archive::Compression compression_of(const image::Layer& layer);

// Whether `layer` has that form already, so that its digest, size and media type stay.
[[nodiscard]] bool stays_as_it_is(const image::Layer& layer, const LayerForm& form);

// The tar that `layer` is. At the end its bytes were compared with its digest. Both must live
// longer.
[[nodiscard]] std::unique_ptr<archive::Source> layer_tar(const image::Layer& layer,
                                                         const CancelToken& cancel);

// Writes the bytes of `layer`, or what they become when they are compressed by `compression`,
// comparing them with its digest, or its diff ID. Bytes that are compressed on another machine
// are compared there. `progress`, if any, is told how many bytes of the layer were read; in
// that case, how many were written.
void write_as_it_is(const image::Layer& layer, archive::Sink& out,
                    const CheckedLayer::Progress& progress, const CancelToken& cancel);
void write_compressed(const image::Layer& layer, archive::Compression compression,
                      archive::Sink& out, const CheckedLayer::Progress& progress,
                      const CancelToken& cancel);

} // namespace nixbuild::sink
