#pragma once

#include "archive/stream.hpp"
#include "source/source_tree.hpp"

#include <filesystem>

namespace nixbuild::source {

// Writes what a file below `root` holds, or the target of a link, to `data`. Throws an Error of
// kind corrupt when a file is shorter than `entry` says, else as archive::File.
void write_content(const std::filesystem::path& root, const SourceEntry& entry,
                   archive::Sink& data);

} // namespace nixbuild::source
