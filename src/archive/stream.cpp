#include "archive/stream.hpp"

#include <algorithm>
#include <array>

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

std::size_t read_full(Source& source, std::span<std::byte> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const std::size_t got = source.read(buffer.subspan(filled));
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

} // namespace nixbuild::archive
