#pragma once

#include "archive/decompress.hpp"
#include "archive/stream.hpp"

#include <memory>
#include <string>

namespace nixbuild::archive {

// Compresses what is written to it into another sink. The same bytes give the same bytes, however
// they are cut into pieces and however many threads there are.
class Compressor : public Sink {
public:
  // Writes what is still held back. Nothing may be written after it.
  virtual void finish() = 0;
};

// `next` must outlive it. Compression::none passes everything on; nothing is made xz.
[[nodiscard]] std::unique_ptr<Compressor> make_compressor(Compression compression, Sink& next);

// zstd for many sources side by side: each is compressed by the thread that writes to it, and takes
// little memory. The bytes are others than those of make_compressor().
[[nodiscard]] std::unique_ptr<Compressor> make_small_compressor(Sink& next);

// What determines the bytes beside the input: the encoder, its version and its parameters.
[[nodiscard]] std::string encoder_identity(Compression compression);

} // namespace nixbuild::archive
