#pragma once

#include "support/format.hpp"

#include <string>

namespace nixbuild::fuzzing {

// `bytes` with right checksums in every block that says that it is a tar header: no mutation finds
// them by chance, and everything of interest lies behind them.
inline std::string with_repaired_checksums(std::string bytes) {
  for (std::size_t start = 0; start + 512 <= bytes.size(); start += 512) {
    if (bytes.compare(start + 257, 5, "ustar") != 0) continue;
    bytes.replace(start + 148, 8, 8, ' ');
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i)
      sum += static_cast<unsigned char>(bytes[start + i]);
    bytes.replace(start + 148, 6, format("{:06o}", sum));
    bytes[start + 154] = '\0';
  }
  return bytes;
}

} // namespace nixbuild::fuzzing
