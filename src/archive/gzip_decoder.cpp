#include "archive/decoders.hpp"
#include "support/error.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace nixbuild::archive {

namespace {

class GzipDecoder final : public Source {
public:
  explicit GzipDecoder(std::unique_ptr<Source> compressed) : input_(std::move(compressed)) {
    constexpr int gzip_header_and_largest_window = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, gzip_header_and_largest_window) != Z_OK) {
      throw Error(ErrorKind::internal, "zlib cannot start");
    }
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }

  std::size_t read(std::span<std::byte> buffer) override {
    while (!ended_) {
      const std::size_t produced = inflate_some(buffer);
      if (produced > 0) return produced;
    }
    return 0;
  }

private:
  std::size_t inflate_some(std::span<std::byte> buffer) {
    const auto input = input_.available();
    if (input.empty()) throw_truncated(Compression::gzip);
    stream_.next_in = reinterpret_cast<Bytef*>(input.data());
    stream_.avail_in = static_cast<uInt>(input.size());
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out =
        static_cast<uInt>(std::min<std::size_t>(buffer.size(), std::numeric_limits<uInt>::max()));
    const uInt room = stream_.avail_out;

    const int status = inflate(&stream_, Z_NO_FLUSH);
    input_.consume(input.size() - stream_.avail_in);
    if (status == Z_STREAM_END) {
      start_next_member();
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      throw_damaged(Compression::gzip, stream_.msg != nullptr ? stream_.msg : "bad data");
    }
    return room - stream_.avail_out;
  }

  void start_next_member() {
    const auto next = input_.peek(compression_magic_size);
    if (detect_compression(next) == Compression::gzip) {
      inflateReset(&stream_);
    } else {
      ended_ = true;
    }
  }

  CompressedInput input_;
  z_stream stream_{};
  bool ended_ = false;
};

} // namespace

std::unique_ptr<Source> gzip_decoder(std::unique_ptr<Source> compressed) {
  return std::make_unique<GzipDecoder>(std::move(compressed));
}

} // namespace nixbuild::archive
