#include "archive/decoders.hpp"
#include "support/error.hpp"

#include <lzma.h>

namespace nixbuild::archive {

namespace {

constexpr std::uint64_t memory_limit = std::uint64_t{128} << 20U;

class XzDecoder final : public Source {
public:
  explicit XzDecoder(std::unique_ptr<Source> compressed) : input_(std::move(compressed)) {
    if (lzma_stream_decoder(&stream_, memory_limit, LZMA_CONCATENATED) != LZMA_OK) {
      throw Error(ErrorKind::internal, "liblzma cannot start");
    }
  }
  ~XzDecoder() override { lzma_end(&stream_); }

  std::size_t read(std::span<std::byte> buffer) override {
    stream_.next_out = reinterpret_cast<std::uint8_t*>(buffer.data());
    stream_.avail_out = buffer.size();
    while (!ended_ && stream_.avail_out == buffer.size()) {
      const auto available = input_.available();
      stream_.next_in = reinterpret_cast<const std::uint8_t*>(available.data());
      stream_.avail_in = available.size();
      // With LZMA_CONCATENATED the decoder ends only when it is told that nothing follows.
      const lzma_ret status = lzma_code(&stream_, available.empty() ? LZMA_FINISH : LZMA_RUN);
      input_.consume(available.size() - stream_.avail_in);
      check(status, available.empty());
      ended_ = status == LZMA_STREAM_END;
    }
    return buffer.size() - stream_.avail_out;
  }

private:
  static void check(lzma_ret status, bool at_end) {
    switch (status) {
    case LZMA_OK:
    case LZMA_STREAM_END:
      return;
    case LZMA_BUF_ERROR:
      if (!at_end) return;
      throw_truncated(Compression::xz);
    case LZMA_MEMLIMIT_ERROR:
      throw Error(ErrorKind::corrupt, "the xz stream needs more than 128 MiB to be decompressed")
          .with_hint("compress it with `xz -9` or less, or with another program");
    case LZMA_OPTIONS_ERROR:
      throw_damaged(Compression::xz, "unknown options");
    case LZMA_FORMAT_ERROR:
    case LZMA_DATA_ERROR:
      throw_damaged(Compression::xz, "bad data");
    default:
      throw Error(ErrorKind::internal, "liblzma failed");
    }
  }

  CompressedInput input_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool ended_ = false;
};

} // namespace

std::unique_ptr<Source> xz_decoder(std::unique_ptr<Source> compressed) {
  return std::make_unique<XzDecoder>(std::move(compressed));
}

} // namespace nixbuild::archive
