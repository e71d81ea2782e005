#include "archive/decompress.hpp"

#include "archive/decoders.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace nixbuild::archive {

Compression detect_compression(std::span<const std::byte> first_bytes) {
  static constexpr std::array<std::pair<std::string_view, Compression>, 3> magics{{
      {"\x1f\x8b\x08", Compression::gzip}, // deflate is the only method there is
      {"\x28\xb5\x2f\xfd", Compression::zstd},
      {std::string_view("\xfd"
                        "7zXZ\0",
                        6),
       Compression::xz},
  }};
  for (const auto& [magic, compression] : magics) {
    const auto bytes = std::as_bytes(std::span(magic));
    if (first_bytes.size() >= bytes.size() &&
        std::ranges::equal(first_bytes.first(bytes.size()), bytes)) {
      return compression;
    }
  }
  return Compression::none;
}

std::string_view to_string(Compression compression) {
  switch (compression) {
  case Compression::gzip:
    return "gzip";
  case Compression::zstd:
    return "zstd";
  case Compression::xz:
    return "xz";
  case Compression::none:
    break;
  }
  return "none";
}

std::unique_ptr<Source> decompress(std::unique_ptr<Source> compressed, Compression compression) {
  switch (compression) {
  case Compression::gzip:
    return gzip_decoder(std::move(compressed));
  case Compression::zstd:
    return zstd_decoder(std::move(compressed));
  case Compression::xz:
    return xz_decoder(std::move(compressed));
  case Compression::none:
    break;
  }
  return compressed;
}

CompressedInput::CompressedInput(std::unique_ptr<Source> source)
    : source_(std::move(source))
    , buffer_(std::size_t{256} << 10U) {}

std::span<std::byte> CompressedInput::available() {
  if (begin_ == end_) {
    begin_ = 0;
    end_ = source_->read(buffer_);
  }
  return std::span(buffer_).subspan(begin_, end_ - begin_);
}

std::span<const std::byte> CompressedInput::peek(std::size_t count) {
  if (end_ - begin_ < count) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    end_ += read_full(*source_, std::span(buffer_).subspan(end_, count - end_));
  }
  return std::span(buffer_).subspan(begin_, std::min(count, end_ - begin_));
}

void throw_truncated(Compression compression) {
  throw Error(ErrorKind::corrupt, format("the {} stream ends too early", to_string(compression)));
}

void throw_damaged(Compression compression, std::string_view reason) {
  throw Error(ErrorKind::corrupt,
              format("the {} stream is damaged: {}", to_string(compression), reason));
}

} // namespace nixbuild::archive
