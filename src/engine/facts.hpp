#pragma once

#include "engine/engine.hpp"

#include <string>

namespace nixbuild::engine {

// The facts in the answers to GET /version and GET /info, with the API version that both sides and
// `ceiling` allow. Throws an Error: corrupt for answers of another shape, refused for an engine too
// old or too new for us.
[[nodiscard]] Facts read_facts(const std::string& version_answer, const std::string& info_answer,
                               const std::optional<ApiVersion>& ceiling);

} // namespace nixbuild::engine
