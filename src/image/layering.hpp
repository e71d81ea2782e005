#pragma once

#include "nix/closure.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace nixbuild::image {

// Indexes of all paths of `closure`, each after the paths that it refers to. What has the most
// users (direct and indirect) comes first, counted in powers of two, then what has the shortest
// chain of references below it, then by name. A new user or a new hash somewhere therefore hardly
// ever moves another path.
[[nodiscard]] std::vector<std::size_t> bottom_up_order(const nix::Closure& closure);

// Divides the paths among at most `max_layers` layers, bottom first, each sorted by path; every
// path is in exactly one. The paths that nothing else refers to, which change with every rebuild,
// share the last layer. The others are cut into runs of bottom_up_order, so that a change is met
// as high up as possible: engines keep only the unchanged layers below it. At first each path is a
// layer of its own; then, until there are few enough, those two neighbours are joined that cost
// least when one of them changes and the other must be sent with it. So what is large or widely
// used stays alone, and the layers of small paths become about equally heavy.
// Depends on nothing but the closure's contents: not on the order of its paths, and on sizes only
// to the power of two.
// Precondition: max_layers > 0.
[[nodiscard]] std::vector<std::vector<std::string>> layers_of(const nix::Closure& closure,
                                                              std::size_t max_layers);

} // namespace nixbuild::image
