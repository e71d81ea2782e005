#pragma once

#include "archive/sha256.hpp"
#include "archive/stream.hpp"

#include <cstdint>
#include <string>

namespace nixbuild::tests {

// Keeps of what is written the size and the SHA-256.
class DigestSink : public archive::Sink {
public:
  void write(std::span<const std::byte> data) override {
    hash_.update(data);
    size_ += data.size();
  }
  std::string digest() { return hash_.finish(); } // 64 hex digits
  [[nodiscard]] std::uint64_t size() const { return size_; }

private:
  archive::Sha256 hash_;
  std::uint64_t size_ = 0;
};

} // namespace nixbuild::tests
