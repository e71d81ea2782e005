#pragma once

#include "pipeline/named_request.hpp"

#include <cstddef>
#include <vector>

namespace nixbuild::pipeline {

// Requests, by their indexes, that one run of Nix on one machine serves, each once: those for
// attributes of the same flake, with the same options of Nix and the same place to build and to
// load. A request that does more than to load, or that the others' failures do not stop, stands
// alone.
[[nodiscard]] std::vector<std::vector<std::size_t>>
groups_of(const std::vector<NamedRequest>& requests);

} // namespace nixbuild::pipeline
