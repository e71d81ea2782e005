#pragma once

#include "archive/stream.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace nixbuild::archive {

enum class Compression { none, gzip, zstd, xz };

// How many bytes of a stream detect_compression() needs at most.
inline constexpr std::size_t compression_magic_size = 6;

// Tells by its first bytes how a stream is compressed (RFC 1952, RFC 8878, xz file format 1.1).
[[nodiscard]] Compression detect_compression(std::span<const std::byte> first_bytes);

// "gzip", "zstd", "xz", "none".
[[nodiscard]] std::string_view to_string(Compression compression);

// The decompressed bytes of `compressed`. Several members or frames, one after the other, are one
// stream; what may follow the last one is treated as gzip(1), zstd(1) and xz(1) do: gzip ignores
// it, zstd and xz take it for damage. Decoders need up to 128 MiB where the stream asks for it,
// as zstd(1) and `xz -9` allow. Reading throws an Error of kind corrupt for damage, for a stream
// that ends too early and for one that needs more memory.
[[nodiscard]] std::unique_ptr<Source> decompress(std::unique_ptr<Source> compressed,
                                                 Compression compression);

} // namespace nixbuild::archive
