#pragma once

#include "doctor/finding.hpp"

#include <optional>
#include <string_view>

namespace nixbuild::doctor {

// What a failed command printed tells of the check `id`, with the line that tells it.
[[nodiscard]] std::optional<Outcome> look_into_log(std::string_view log, std::string_view id);

} // namespace nixbuild::doctor
