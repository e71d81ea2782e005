#pragma once

#include "pipeline/build_request.hpp"
#include "plugin/parsed_options.hpp"

namespace nixbuild::plugin {

// Each --annotation, "[manifest:|index:|manifest,index:]KEY=VALUE", into `request`; manifests are
// meant where nothing is said. Throws an Error of kind invalid_input.
void set_annotations(pipeline::BuildRequest& request, const ParsedOptions& options);

} // namespace nixbuild::plugin
