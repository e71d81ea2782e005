#pragma once

#include "pipeline/build_request.hpp"
#include "plugin/parsed_options.hpp"
#include "progress/output.hpp"

#include <vector>

namespace nixbuild::plugin {

// What a command does where no option says what becomes of the image.
enum class UsualOutput { load, push };

// --output, --load, --push, and what says how: --compression, --force-compression, --insecure,
// --registry-ca, --push-from, --annotation. The request has its tags. Throws an Error of kind
// invalid_input, for a push without a name among others.
void set_outputs(pipeline::BuildRequest& request, const ParsedOptions& options, UsualOutput usual);

// Before the work: whether files and folders can be where they are wanted, and `out` (standard
// output) takes what goes there. Throws an Error: invalid_input, or not_found for a folder that is
// not there.
void check_outputs(const std::vector<pipeline::Output>& outputs, const progress::Output& out);

// Whether an image goes to standard output, which then is no place for anything else.
[[nodiscard]] bool writes_to_standard_output(const std::vector<pipeline::Output>& outputs);

} // namespace nixbuild::plugin
