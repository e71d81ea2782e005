#pragma once

#include "archive/compression.hpp"

#include <cstddef>
#include <memory>
#include <string>

// What make_compressor() and encoder_identity() are made of: one encoder per format. `threads`, at
// least 1 unless said otherwise, is how many compress; the bytes do not depend on it.
namespace nixbuild::archive {

// One member (RFC 1952) without name and date, of deflate blocks that are compressed on their own,
// each with the end of the one before as its dictionary. Holds some 2 MiB for each thread.
[[nodiscard]] std::unique_ptr<Compressor> gzip_encoder(Sink& next, std::size_t threads);
[[nodiscard]] std::string gzip_identity();

// One frame (RFC 8878) with a checksum and without a content size. Without `threads` the calling
// one compresses, which makes other bytes and takes less memory.
[[nodiscard]] std::unique_ptr<Compressor> zstd_encoder(Sink& next, std::size_t threads);
[[nodiscard]] std::string zstd_identity();

} // namespace nixbuild::archive
