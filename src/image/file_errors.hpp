#pragma once

#include "support/error.hpp"
#include "support/format.hpp"

#include <filesystem>
#include <utility>

namespace nixbuild::image {

// `error`, which speaks of a file as "it", with the file's name in front.
[[nodiscard]] inline Error named(const std::filesystem::path& file, const Error& error) {
  Error result = Error(error.kind(), format("{}: {}", file.string(), error.message()))
                     .with_detail(error.detail())
                     .with_hint(error.hint());
  for (const std::string& frame : error.frames())
    result.add_frame(frame);
  return result;
}

// Runs `operation`, whose Errors about content speak of `file` as "it".
template <class Operation>
auto naming_file(const std::filesystem::path& file, Operation&& operation) {
  try {
    return std::forward<Operation>(operation)();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt && error.kind() != ErrorKind::invalid_input) throw;
    throw named(file, error);
  }
}

} // namespace nixbuild::image
