#pragma once

#include "archive/sha256.hpp"
#include "archive/stream.hpp"

#include <array>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace nixbuild::archive {

// Passes everything on to another sink and computes its SHA-256 meanwhile, in a thread of its own:
// hashing is slower than everything else that is done with the bytes. Holds at most 1 MiB.
class HashingSink final : public Sink {
public:
  // `next` must outlive this sink.
  explicit HashingSink(Sink& next) : next_(next) {}
  ~HashingSink() override;

  void write(std::span<const std::byte> data) override;

  // The digest, as 64 lower-case hex digits, of everything that was written since the last call.
  [[nodiscard]] std::string finish();

private:
  // A buffer goes round: filled by write(), hashed by the thread, free again.
  struct Buffer {
    std::vector<std::byte> bytes;
    std::size_t used = 0;
  };
  static constexpr std::size_t buffer_size = std::size_t{256} << 10U;
  static constexpr std::size_t buffer_count = 4;

  void hand_over();
  void hash_buffers();

  Sink& next_;
  Sha256 hash_;
  std::array<Buffer, buffer_count> buffers_;
  std::size_t filling_ = 0; // the buffer that write() fills

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t filled_ = 0; // buffers handed to the thread so far
  std::uint64_t hashed_ = 0; // … and finished by it
  bool ended_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

} // namespace nixbuild::archive
