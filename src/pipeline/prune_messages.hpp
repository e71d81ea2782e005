#pragma once

#include "pipeline/prune.hpp"

#include <string>
#include <string_view>

namespace nixbuild::pipeline {

// What another machine found or removed, as a text (JSON); reading throws an Error of kind corrupt.
[[nodiscard]] std::string to_message(const Prunable& prunable);
[[nodiscard]] Prunable parse_prunable(std::string_view message);

} // namespace nixbuild::pipeline
