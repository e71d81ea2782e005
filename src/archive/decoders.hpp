#pragma once

#include "archive/decompress.hpp"

#include <vector>

// What decompress() is made of: one decoder per format.
namespace nixbuild::archive {

// Compressed bytes that a decoder has not used yet.
class CompressedInput {
public:
  explicit CompressedInput(std::unique_ptr<Source> source);

  // What can be used now, after reading more if there was nothing; empty only at the end.
  [[nodiscard]] std::span<std::byte> available();
  // The next `count` bytes, fewer only at the end.
  [[nodiscard]] std::span<const std::byte> peek(std::size_t count);
  void consume(std::size_t count) { begin_ += count; }

private:
  std::unique_ptr<Source> source_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

[[noreturn]] void throw_truncated(Compression compression);
[[noreturn]] void throw_damaged(Compression compression, std::string_view reason);

[[nodiscard]] std::unique_ptr<Source> gzip_decoder(std::unique_ptr<Source> compressed);
[[nodiscard]] std::unique_ptr<Source> zstd_decoder(std::unique_ptr<Source> compressed);
[[nodiscard]] std::unique_ptr<Source> xz_decoder(std::unique_ptr<Source> compressed);

} // namespace nixbuild::archive
