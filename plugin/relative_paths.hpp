#pragma once

#include "pipeline/build_request.hpp"

#include <filesystem>

namespace nixbuild::plugin {

// Makes the relative flakes and files of `request` start at `folder`, an absolute path. Names of
// the registry and URLs stay as they are; so does everything when `folder` is the current one.
void start_paths_at(const std::filesystem::path& folder, pipeline::BuildRequest& request);

} // namespace nixbuild::plugin
