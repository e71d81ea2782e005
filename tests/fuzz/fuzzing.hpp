#pragma once

#include "archive/stream.hpp"
#include "support/error.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace nixbuild::fuzzing {

inline std::string_view text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Ends the program, which the fuzzer takes for a finding.
inline void require(bool condition) {
  if (!condition) std::abort();
}

// Runs `operation` on input that may well be bad: an Error of kind corrupt is what it should throw
// then, and anything else is a finding.
template <class Operation>
void expect_corrupt_at_worst(Operation&& operation) {
  try {
    operation();
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::corrupt);
    require(!error.message().empty());
  }
}

// Reads at most `limit` bytes, so that a small input that stands for gigabytes costs no time.
inline std::uint64_t drain(archive::Source& source, std::uint64_t limit) {
  archive::LimitedSource limited(source, limit);
  return limited.skip(limit);
}

} // namespace nixbuild::fuzzing
