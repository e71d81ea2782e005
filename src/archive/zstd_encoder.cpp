#include "archive/encoders.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <zstd.h>

#include <vector>

namespace nixbuild::archive {

namespace {

constexpr int level = 3;

void require(std::size_t status) {
  if (ZSTD_isError(status) == 0) return;
  throw Error(ErrorKind::internal, format("zstd cannot compress: {}", ZSTD_getErrorName(status)));
}

// Libraries that were built without threads make other bytes.
bool has_threads() {
  return ZSTD_cParam_getBounds(ZSTD_c_nbWorkers).upperBound > 0;
}

class ZstdEncoder final : public Compressor {
public:
  ZstdEncoder(Sink& next, std::size_t threads)
      : next_(next)
      , context_(ZSTD_createCCtx())
      , output_(ZSTD_CStreamOutSize()) {
    if (!context_) throw Error(ErrorKind::internal, "zstd cannot start");
    require(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level));
    require(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1));
    if (threads > 0 && has_threads()) {
      require(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_nbWorkers, static_cast<int>(threads)));
    }
  }

  void write(std::span<const std::byte> data) override {
    ZSTD_inBuffer in{data.data(), data.size(), 0};
    while (in.pos < in.size)
      (void)step(in, ZSTD_e_continue);
  }

  void finish() override {
    // Were input given with the end, its size would be put into the frame.
    ZSTD_inBuffer nothing{nullptr, 0, 0};
    while (step(nothing, ZSTD_e_end) != 0) {
    }
  }

private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };

  std::size_t step(ZSTD_inBuffer& in, ZSTD_EndDirective directive) {
    ZSTD_outBuffer out{output_.data(), output_.size(), 0};
    const std::size_t left = ZSTD_compressStream2(context_.get(), &out, &in, directive);
    require(left);
    if (out.pos > 0) next_.write(std::span(output_).first(out.pos));
    return left;
  }

  Sink& next_;
  std::unique_ptr<ZSTD_CCtx, Free> context_;
  std::vector<std::byte> output_;
};

} // namespace

std::unique_ptr<Compressor> zstd_encoder(Sink& next, std::size_t threads) {
  return std::make_unique<ZstdEncoder>(next, threads);
}

std::string zstd_identity() {
  return format("zstd libzstd={} level={} checksum {}", ZSTD_versionString(), level,
                has_threads() ? "jobs" : "single");
}

} // namespace nixbuild::archive
