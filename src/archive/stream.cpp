#include "archive/stream.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace nixbuild::archive {

std::uint64_t Source::skip(std::uint64_t count) {
  std::array<std::byte, 65536> dropped{};
  std::uint64_t skipped = 0;
  while (skipped < count) {
    const auto wanted = std::min<std::uint64_t>(dropped.size(), count - skipped);
    const std::size_t got = read(std::span(dropped).first(static_cast<std::size_t>(wanted)));
    if (got == 0) break;
    skipped += got;
  }
  return skipped;
}

std::size_t LimitedSource::read(std::span<std::byte> buffer) {
  if (left_ == 0) return 0;
  const auto wanted = std::min<std::uint64_t>(buffer.size(), left_);
  const std::size_t got = source_.read(buffer.first(static_cast<std::size_t>(wanted)));
  left_ -= got;
  return got;
}

std::size_t read_full(Source& source, std::span<std::byte> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const std::size_t got = source.read(buffer.subspan(filled));
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

std::uint64_t copy(Source& source, Sink& sink) {
  std::vector<std::byte> buffer(std::size_t{256} << 10U); // larger ones are not faster
  std::uint64_t copied = 0;
  while (const std::size_t got = source.read(buffer)) {
    sink.write(std::span(buffer).first(got));
    copied += got;
  }
  return copied;
}

} // namespace nixbuild::archive
