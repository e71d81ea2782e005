#include "archive/decompressed_file.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <array>
#include <mutex>

namespace nixbuild::archive {

namespace {

Compression compression_of(const File& file) {
  std::array<std::byte, compression_magic_size> first{};
  return detect_compression(std::span(first).first(file.read_at(0, first)));
}

} // namespace

// A decompressed stream and how far it was read.
class DecompressedFile::Decoder {
public:
  Decoder(const std::shared_ptr<const File>& file, Compression compression)
      : source_(decompress(std::make_unique<FileSource>(file), compression))
      , phrase_(format("decompressing {}", file->path().string())) {}

  std::size_t read(std::span<std::byte> buffer) {
    const std::size_t got = with_frame(phrase_, [&] { return source_->read(buffer); });
    position_ += got;
    return got;
  }
  [[nodiscard]] std::uint64_t position() const { return position_; }

private:
  std::unique_ptr<Source> source_;
  std::string phrase_;
  std::uint64_t position_ = 0;
};

// Keeps the decoder that nobody uses at the moment.
class DecompressedFile::IdleDecoder {
public:
  std::unique_ptr<Decoder> take(std::uint64_t offset) {
    const std::lock_guard lock(mutex_);
    return decoder_ && decoder_->position() <= offset ? std::move(decoder_) : nullptr;
  }
  void give_back(std::unique_ptr<Decoder> decoder) {
    const std::lock_guard lock(mutex_);
    decoder_ = std::move(decoder);
  }

private:
  std::mutex mutex_;
  std::unique_ptr<Decoder> decoder_;
};

class DecompressedFile::Lease final : public Source {
public:
  Lease(IdleDecoder& home, std::unique_ptr<Decoder> decoder, CancelToken cancel)
      : home_(home)
      , decoder_(std::move(decoder))
      , cancel_(std::move(cancel)) {}
  ~Lease() override {
    if (!broken_) home_.give_back(std::move(decoder_));
  }

  std::size_t read(std::span<std::byte> buffer) override {
    cancel_.throw_if_cancelled();
    broken_ = true; // a decoder that threw cannot go on
    const std::size_t got = decoder_->read(buffer);
    broken_ = false;
    return got;
  }

private:
  IdleDecoder& home_;
  std::unique_ptr<Decoder> decoder_;
  CancelToken cancel_;
  bool broken_ = false;
};

namespace {

class CancellableFileSource final : public Source {
public:
  CancellableFileSource(std::shared_ptr<const File> file, std::uint64_t offset, CancelToken cancel)
      : source_(std::move(file), offset)
      , cancel_(std::move(cancel)) {}

  std::size_t read(std::span<std::byte> buffer) override {
    cancel_.throw_if_cancelled();
    return source_.read(buffer);
  }
  std::uint64_t skip(std::uint64_t count) override { return source_.skip(count); }

private:
  FileSource source_;
  CancelToken cancel_;
};

} // namespace

DecompressedFile::DecompressedFile(const std::filesystem::path& path)
    : file_(File::open(path))
    , compression_(compression_of(*file_))
    , idle_(std::make_unique<IdleDecoder>()) {}

DecompressedFile::~DecompressedFile() = default;

std::unique_ptr<Source> DecompressedFile::open_at(std::uint64_t offset,
                                                  const CancelToken& cancel) const {
  if (compression_ == Compression::none) {
    return std::make_unique<CancellableFileSource>(file_, offset, cancel);
  }
  auto decoder = idle_->take(offset);
  if (!decoder) decoder = std::make_unique<Decoder>(file_, compression_);
  const std::uint64_t distance = offset - decoder->position();
  auto source = std::make_unique<Lease>(*idle_, std::move(decoder), cancel);
  (void)source->skip(distance); // where the file ends before, reading finds that out
  return source;
}

} // namespace nixbuild::archive
