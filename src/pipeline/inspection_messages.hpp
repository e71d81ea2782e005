#pragma once

#include "pipeline/inspection.hpp"

#include <string>
#include <string_view>

namespace nixbuild::pipeline {

// An inspection that another machine has made for us, as a text (JSON). Both ends are of the same
// version, as for build_messages.hpp; reading throws an Error of kind corrupt.
[[nodiscard]] std::string to_message(const Inspection& inspection);
[[nodiscard]] Inspection parse_inspection(std::string_view message);

} // namespace nixbuild::pipeline
