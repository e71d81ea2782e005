#pragma once

#include "archive/stream.hpp"
#include "support/error.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

namespace nixbuild::fakes {

// Gives out a text in pieces of at most `piece` bytes.
class MemorySource final : public archive::Source {
public:
  explicit MemorySource(std::string text,
                        std::size_t piece = std::numeric_limits<std::size_t>::max())
      : text_(std::move(text))
      , piece_(piece) {}

  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t got = std::min({buffer.size(), piece_, text_.size() - position_});
    std::memcpy(buffer.data(), text_.data() + position_, got);
    position_ += got;
    return got;
  }

private:
  std::string text_;
  std::size_t piece_;
  std::size_t position_ = 0;
};

// Keeps what is written; fails with an Error of kind io before more than `capacity` bytes.
class MemorySink final : public archive::Sink {
public:
  explicit MemorySink(std::size_t capacity = std::numeric_limits<std::size_t>::max())
      : capacity_(capacity) {}

  void write(std::span<const std::byte> data) override {
    if (data.size() > capacity_ - text.size()) throw Error(ErrorKind::io, "the sink is full");
    text.append(reinterpret_cast<const char*>(data.data()), data.size());
  }

  std::string text;

private:
  std::size_t capacity_;
};

// All that `source` has.
inline std::string read_all(archive::Source& source) {
  std::string text;
  std::string buffer(65536, '\0');
  while (const std::size_t got = source.read(std::as_writable_bytes(std::span(buffer)))) {
    text.append(buffer, 0, got);
  }
  return text;
}

} // namespace nixbuild::fakes
