#pragma once

#include "plugin/world.hpp"

#include <string>
#include <vector>

namespace nixbuild::plugin {

// Whether `arguments`, behind the word compose, are how Compose calls the provider of a service
// (docker/compose docs/extension.md, pkg/compose/plugins.go): `metadata`, and, of a program that
// stands alone, `--project-name[=]P up|down|stop …`. People who start the program without docker
// name a project by -p.
[[nodiscard]] bool is_provider_call(const std::vector<std::string>& arguments, bool standalone);

// Does what that call asks for. Standard output gets JSON and nothing else, errors too. `up` builds
// and loads the image of the service; `down` and `stop` leave it where it is.
int run_provider(const std::vector<std::string>& arguments, World& world);

} // namespace nixbuild::plugin
