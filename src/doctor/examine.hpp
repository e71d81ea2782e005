#pragma once

#include "doctor/facts.hpp"
#include "doctor/finding.hpp"

#include <string>
#include <vector>

namespace nixbuild::doctor {

// What the checks see in `facts`: all that apply, or those of `wanted` ("N7"; case does not count),
// whether they apply or not. Who did not answer is told once, by the first check that asks it.
// Throws an Error of kind invalid_input for a check that there is not.
[[nodiscard]] std::vector<Finding> examine(const Facts& facts,
                                           const std::vector<std::string>& wanted);

} // namespace nixbuild::doctor
