#pragma once

#include "context/global_flags.hpp"
#include "pipeline/inspect.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

#include <string>

namespace nixbuild::plugin {

// For people: of each image what it is called and a line for each layer, with `verbose` all that is
// in it.
[[nodiscard]] std::string inspection_text(const pipeline::Inspection& inspection, bool verbose);

// One object, indented by 2, with a final newline:
//   {"engine": null | {"product", "version", "imageStore", "platform"}, "engineError"?: text,
//    "images": [{"names": […], "id", "configDigest", "manifestDigest", "platform",
//                "size": bytes of all layers, "inEngine": null | bool,
//                "loadBytes": null | bytes that a load sends,
//                "layers": [{"diffId", "digest", "size", "inEngine": null | bool,
//                            "origins": [store paths]}]}]}
[[nodiscard]] std::string inspection_json(const pipeline::Inspection& inspection);

// Builds, and prints what a load would do. Returns the exit status. Throws an Error.
int run_inspect(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);

} // namespace nixbuild::plugin
