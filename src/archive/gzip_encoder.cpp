#include "archive/encoders.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace nixbuild::archive {

namespace {

// Level 4 takes about as long as the encoders of other tools do, and makes files of their size.
constexpr int level = 4;
// Small enough that what does not compress (archives, pictures) seldom shares one with what does.
constexpr std::size_t block_size = std::size_t{128} << 10U;
constexpr std::size_t dictionary_size = std::size_t{32} << 10U; // deflate looks no further back

// A piece of the input on its way round: filled by write(), compressed by a thread, written out.
struct Block {
  std::vector<Bytef> dictionary; // the end of the block before
  std::vector<Bytef> input;
  bool last = false;
  std::vector<Bytef> output;
  uLong crc = 0;
  std::exception_ptr failure;
  bool compressed = false;
};

// Whether the bytes are spread so evenly that deflate would take long and save next to nothing, as
// those of what was compressed before are. Random bytes come to 1 here, which the many zeros of tar
// headers between small files raise to 1.5; programs and texts to more than 4.
bool hardly_compresses(std::span<const Bytef> input) {
  constexpr std::uint64_t evenness_limit = 2;
  constexpr std::size_t enough_to_tell = std::size_t{16} << 10U;
  if (input.size() < enough_to_tell) return false;
  std::array<std::uint64_t, 256> counts{};
  for (const Bytef byte : input)
    ++counts.at(byte);
  std::uint64_t sum = 0;
  for (const std::uint64_t count : counts)
    sum += count * count;
  return sum * counts.size() < evenness_limit * input.size() * input.size();
}

class Deflater {
public:
  Deflater() {
    if (deflateInit2(&stream_, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw Error(ErrorKind::internal, "zlib cannot start");
    }
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater() { deflateEnd(&stream_); }

  void compress(Block& block) {
    deflateReset(&stream_);
    deflateParams(&stream_, hardly_compresses(block.input) ? Z_NO_COMPRESSION : level,
                  Z_DEFAULT_STRATEGY);
    if (!block.dictionary.empty()) {
      deflateSetDictionary(&stream_, block.dictionary.data(),
                           static_cast<uInt>(block.dictionary.size()));
    }
    // A flush adds an empty block, which deflateBound() does not count.
    constexpr std::size_t flush_size = 16;
    const std::size_t bound =
        deflateBound(&stream_, static_cast<uLong>(block.input.size())) + flush_size;
    block.output.resize(bound);
    stream_.next_in = block.input.data();
    stream_.avail_in = static_cast<uInt>(block.input.size());
    stream_.next_out = block.output.data();
    stream_.avail_out = static_cast<uInt>(bound);
    const int status = deflate(&stream_, block.last ? Z_FINISH : Z_SYNC_FLUSH);
    if (status != (block.last ? Z_STREAM_END : Z_OK) || stream_.avail_in != 0 ||
        (!block.last && stream_.avail_out == 0)) {
      throw Error(ErrorKind::internal, format("zlib cannot compress: {}", status));
    }
    block.output.resize(bound - stream_.avail_out);
    block.crc = crc32_z(0, block.input.data(), block.input.size());
  }

private:
  z_stream stream_{};
};

class GzipEncoder final : public Compressor {
public:
  GzipEncoder(Sink& next, std::size_t threads)
      : next_(next)
      , thread_count_(threads)
      , blocks_(threads + 1) {
    next_.write(std::as_bytes(std::span(header)));
  }

  ~GzipEncoder() override {
    {
      const std::scoped_lock lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
      thread.join();
  }

  // A full block is held back until there is more, since the last one must be known as such.
  void write(std::span<const std::byte> data) override {
    while (!data.empty()) {
      if (filling().input.size() == block_size) hand_over();
      std::vector<Bytef>& input = filling().input;
      if (input.capacity() < block_size && input.size() + data.size() > input.capacity()) {
        input.reserve(block_size);
      }
      const auto piece = data.first(std::min(data.size(), block_size - input.size()));
      const auto* const bytes = reinterpret_cast<const Bytef*>(piece.data());
      input.insert(input.end(), bytes, bytes + piece.size());
      data = data.subspan(piece.size());
    }
  }

  void finish() override {
    filling().last = true;
    if (threads_.empty()) {
      Deflater().compress(filling()); // of a single block
      write_out(filling());
    } else {
      release();
      while (written_ < filled_)
        write_next();
    }
    std::array<std::byte, 8> trailer{};
    for (unsigned i = 0; i < 4; ++i) {
      trailer.at(i) = static_cast<std::byte>(crc_ >> (8 * i));
      trailer.at(i + 4) = static_cast<std::byte>(size_ >> (8 * i));
    }
    next_.write(trailer);
  }

private:
  // Deflate, no flags, no date, no hint about the level, of an unknown system.
  static constexpr std::array<unsigned char, 10> header{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};

  [[nodiscard]] Block& block(std::uint64_t number) {
    return blocks_[static_cast<std::size_t>(number % blocks_.size())];
  }
  [[nodiscard]] Block& filling() { return block(filled_); }

  // Gives the full block to the threads, and makes the next one ready.
  void hand_over() {
    while (threads_.size() < thread_count_)
      threads_.emplace_back([this] { compress_blocks(); });
    const std::vector<Bytef>& input = filling().input;
    const std::vector<Bytef> end(input.end() - dictionary_size, input.end());
    release();
    if (filled_ - written_ == blocks_.size()) write_next();
    Block& next = filling();
    next.dictionary = end;
    next.input.clear();
    next.compressed = false;
  }

  void release() {
    {
      const std::scoped_lock lock(mutex_);
      ++filled_;
    }
    changed_.notify_all();
  }

  void write_next() {
    Block& oldest = block(written_);
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return oldest.compressed; });
    }
    if (oldest.failure) std::rethrow_exception(oldest.failure);
    write_out(oldest);
    ++written_;
  }

  void write_out(const Block& block) {
    next_.write(std::as_bytes(std::span(block.output)));
    crc_ = crc32_combine(crc_, block.crc, static_cast<z_off_t>(block.input.size()));
    size_ += block.input.size();
  }

  void compress_blocks() {
    std::unique_ptr<Deflater> deflater;
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return ended_ || taken_ < filled_; });
      if (ended_) return;
      Block& mine = block(taken_++);
      lock.unlock();
      try {
        if (!deflater) deflater = std::make_unique<Deflater>();
        deflater->compress(mine);
      } catch (...) {
        mine.failure = std::current_exception();
      }
      lock.lock();
      mine.compressed = true;
      changed_.notify_all();
    }
  }

  Sink& next_;
  std::size_t thread_count_;
  std::vector<Block> blocks_;
  std::vector<std::thread> threads_;
  uLong crc_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t written_ = 0; // blocks

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t filled_ = 0; // blocks for the threads
  std::uint64_t taken_ = 0;  // … that one of them has taken
  bool ended_ = false;
};

} // namespace

std::unique_ptr<Compressor> gzip_encoder(Sink& next, std::size_t threads) {
  return std::make_unique<GzipEncoder>(next, threads);
}

std::string gzip_identity() {
  return format("gzip zlib={} level={} block={} dictionary={} stored=2", zlibVersion(), level,
                block_size, dictionary_size);
}

} // namespace nixbuild::archive
