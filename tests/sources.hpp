#pragma once

#include <filesystem>

namespace nixbuild::tests {

// The checkout that the tests were built from.
[[nodiscard]] std::filesystem::path sources();

} // namespace nixbuild::tests
