#pragma once

#include <filesystem>
#include <string_view>

namespace nixbuild::cache {

// Replaces `file` in one step by one that only its owner may read; makes its folder. Throws an
// Error of kind io or no_space.
void write_secret_file(const std::filesystem::path& file, std::string_view text);

} // namespace nixbuild::cache
