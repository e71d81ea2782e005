#include "archive/compression.hpp"

#include "archive/encoders.hpp"
#include "support/error.hpp"

#include <algorithm>
#include <thread>

namespace nixbuild::archive {

namespace {

class PassOn final : public Compressor {
public:
  explicit PassOn(Sink& next) : next_(next) {}
  void write(std::span<const std::byte> data) override { next_.write(data); }
  void finish() override {}

private:
  Sink& next_;
};

// Several layers are compressed at once: more threads for each are of no use.
std::size_t encoder_threads() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 4);
}

} // namespace

std::unique_ptr<Compressor> make_small_compressor(Sink& next) {
  return zstd_encoder(next, 0);
}

std::unique_ptr<Compressor> make_compressor(Compression compression, Sink& next) {
  switch (compression) {
  case Compression::gzip:
    return gzip_encoder(next, encoder_threads());
  case Compression::zstd:
    return zstd_encoder(next, encoder_threads());
  case Compression::none:
    return std::make_unique<PassOn>(next);
  case Compression::xz:
    break;
  }
  throw Error(ErrorKind::internal, "nothing is compressed by xz");
}

std::string encoder_identity(Compression compression) {
  switch (compression) {
  case Compression::gzip:
    return gzip_identity();
  case Compression::zstd:
    return zstd_identity();
  case Compression::none:
  case Compression::xz:
    break;
  }
  return "none";
}

} // namespace nixbuild::archive
