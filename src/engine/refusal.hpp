#pragma once

#include "support/error.hpp"

#include <string>

namespace nixbuild::engine {

// The Error for an operation that the engine refused in its own words: no_space when they speak of
// a full disk, else refused.
[[nodiscard]] Error refusal(const std::string& operation, std::string daemon_text);

// The daemon's words in the body of an answer that is not a success: {"message": "…"}, or the body
// itself.
[[nodiscard]] std::string daemon_text(int status, const std::string& body);

} // namespace nixbuild::engine
