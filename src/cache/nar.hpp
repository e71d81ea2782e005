#pragma once

#include "archive/stream.hpp"
#include "support/cancel.hpp"

#include <filesystem>

namespace nixbuild::cache {

// Writes `path` as a NAR (Nix manual, protocols/nix-archive). Throws an Error: not_found, io, or
// corrupt for what a store cannot hold or a file that changes meanwhile.
void write_nar(const std::filesystem::path& path, archive::Sink& sink, const CancelToken& cancel);

} // namespace nixbuild::cache
