#pragma once

#include "plugin/invocation.hpp"
#include "plugin/world.hpp"

#include <string>
#include <vector>

namespace nixbuild::plugin {

// `compose ARGUMENTS`: builds the images of the project's Nix services that the command needs, all
// or none of its containers being started then, and goes on as the user's own Compose with the same
// arguments. Commands that need no images go straight there. With --watch see compose_watch.hpp.
//
// The verbs of a provider, with which Compose itself calls us, are told from that by
// is_provider_call().
int run_compose(const std::vector<std::string>& arguments, const Invocation& invocation,
                World& world);

// The variable that tells the provider which services were built a moment ago: PROJECT/SERVICE,
// separated by commas.
inline constexpr const char* built_services_variable = "NIXBUILD_COMPOSE_BUILT";

} // namespace nixbuild::plugin
