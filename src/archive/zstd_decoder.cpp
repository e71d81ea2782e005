#include "archive/decoders.hpp"
#include "support/error.hpp"

#include <zstd.h>

namespace nixbuild::archive {

namespace {

class ZstdDecoder final : public Source {
public:
  explicit ZstdDecoder(std::unique_ptr<Source> compressed)
      : input_(std::move(compressed))
      , stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) throw Error(ErrorKind::internal, "zstd cannot start");
  }
  ~ZstdDecoder() override { ZSTD_freeDStream(stream_); }

  std::size_t read(std::span<std::byte> buffer) override {
    for (;;) {
      const auto available = input_.available();
      if (available.empty() && frame_ended_) return 0;
      ZSTD_inBuffer in{available.data(), available.size(), 0};
      ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
      const std::size_t status = ZSTD_decompressStream(stream_, &out, &in);
      if (ZSTD_isError(status) != 0) {
        throw_damaged(Compression::zstd, ZSTD_getErrorName(status));
      }
      input_.consume(in.pos);
      frame_ended_ = status == 0;
      if (out.pos > 0) return out.pos;
      if (available.empty() && !frame_ended_) throw_truncated(Compression::zstd);
    }
  }

private:
  CompressedInput input_;
  ZSTD_DStream* stream_;
  bool frame_ended_ = false;
};

} // namespace

std::unique_ptr<Source> zstd_decoder(std::unique_ptr<Source> compressed) {
  return std::make_unique<ZstdDecoder>(std::move(compressed));
}

} // namespace nixbuild::archive
