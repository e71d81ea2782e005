#include "sink/stored_layer.hpp"

#include "archive/hashing_sink.hpp"
#include "archive/written_source.hpp"
#include "support/format.hpp"

namespace nixbuild::sink {

using archive::Compression;

namespace {

class Counting final : public archive::Sink {
public:
  Counting(archive::Sink& next, const CheckedLayer::Progress& progress)
      : next_(next)
      , progress_(progress) {}
  void write(std::span<const std::byte> data) override {
    next_.write(data);
    written_ += data.size();
    if (progress_) progress_(written_);
  }

private:
  archive::Sink& next_;
  const CheckedLayer::Progress& progress_;
  std::uint64_t written_ = 0;
};

void compress_again(const image::Layer& layer, Compression compression, archive::Sink& out,
                    const CheckedLayer::Progress& progress, const CancelToken& cancel) {
  const auto source = layer_tar(layer, cancel);
  const auto compressor = archive::make_compressor(compression, out);
  archive::HashingSink hash(*compressor);
  Counting counting(hash, progress);
  archive::copy(*source, counting);
  const oci::Digest diff_id = oci::Digest::from_hex(hash.finish());
  if (diff_id != layer.diff_id) throw_damaged(layer, format("its diff ID is {}", diff_id.str()));
  compressor->finish();
}

} // namespace

Compression compression_of(const image::Layer& layer) {
  if (layer.digest == layer.diff_id) return Compression::none;
  return layer.media_type.ends_with("zstd") ? Compression::zstd : Compression::gzip;
}

bool stays_as_it_is(const image::Layer& layer, const LayerForm& form) {
  const Compression has = compression_of(layer);
  return has == form.compression || (has != Compression::none && !form.force);
}

std::unique_ptr<archive::Source> layer_tar(const image::Layer& layer, const CancelToken& cancel) {
  return archive::decompress(
      std::make_unique<archive::WrittenSource>(
          [&layer, &cancel](archive::Sink& out) { write_as_it_is(layer, out, {}, cancel); }),
      compression_of(layer));
}

void write_as_it_is(const image::Layer& layer, archive::Sink& out,
                    const CheckedLayer::Progress& progress, const CancelToken& cancel) {
  CheckedLayer checked(layer, out, progress);
  layer.content->write_to(checked, cancel);
  checked.finish();
}

void write_compressed(const image::Layer& layer, Compression compression, archive::Sink& out,
                      const CheckedLayer::Progress& progress, const CancelToken& cancel) {
  if (compression_of(layer) != Compression::none)
    return compress_again(layer, compression, out, progress, cancel);
  Counting counting(out, progress);
  if (layer.content->write_compressed_to(counting, compression, cancel)) return;
  const auto compressor = archive::make_compressor(compression, out);
  write_as_it_is(layer, *compressor, progress, cancel);
  compressor->finish();
}

} // namespace nixbuild::sink
