#pragma once

#include "context/global_flags.hpp"
#include "pipeline/registry_inspect.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

#include <string>

namespace nixbuild::plugin {

// For people, in the form of docker buildx imagetools inspect.
[[nodiscard]] std::string registry_image_text(const pipeline::RegistryImage& image);

// One object, indented by 2, with a final newline; members without a value are absent:
//   {"name", "mediaType", "digest", "annotations": {…},
//    "manifests": [{"digest", "mediaType", "size", "platform", "attests", "annotations"}],
//    "configDigest", "platform", "layers": [{"digest", "mediaType", "size"}]}
[[nodiscard]] std::string registry_image_json(const pipeline::RegistryImage& image);

// Prints what a registry has under a name. Returns the exit status. Throws an Error.
int run_imagetools_inspect(const ParsedOptions& options, const context::GlobalFlags& docker,
                           World& world);

} // namespace nixbuild::plugin
