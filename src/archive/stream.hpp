#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace nixbuild::archive {

// Where bytes come from. Not thread-safe; errors are thrown as nixbuild::Error.
class Source {
public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  // Fills the front of `buffer` (not empty) and returns how many bytes, 0 only at the end.
  [[nodiscard]] virtual std::size_t read(std::span<std::byte> buffer) = 0;

  // Passes over `count` bytes and returns how many there were, fewer only at the end. Reads and
  // drops them, unless the source knows a faster way.
  [[nodiscard]] virtual std::uint64_t skip(std::uint64_t count);
};

// Where bytes go. Not thread-safe; errors are thrown as nixbuild::Error.
class Sink {
public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;

  virtual void write(std::span<const std::byte> data) = 0;
};

// The next bytes of another source, `size` at most.
class LimitedSource final : public Source {
public:
  // `source` must outlive this one.
  LimitedSource(Source& source, std::uint64_t size) : source_(source), left_(size) {}
  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override;

private:
  Source& source_;
  std::uint64_t left_;
};

// Reads until `buffer` is full or the source ends; returns how many bytes.
[[nodiscard]] std::size_t read_full(Source& source, std::span<std::byte> buffer);

// Writes everything that `source` has to `sink`; returns how many bytes.
std::uint64_t copy(Source& source, Sink& sink);

} // namespace nixbuild::archive
