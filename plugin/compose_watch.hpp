#pragma once

#include "plugin/compose_arguments.hpp"
#include "plugin/invocation.hpp"
#include "plugin/world.hpp"

#include <string>
#include <vector>

namespace nixbuild::plugin {

// `compose --watch COMMAND`: builds the images, runs the command, and builds again the images of
// flakes that change, as build_and_watch() does. With --recreate the services whose image is
// another one then get new containers of it, and no others. `program` is argv of Compose up to its
// own arguments. Throws an Error of kind usage for a command that does not end by itself, such as
// `up` without --detach, or that builds nothing.
int compose_whenever_files_change(const std::vector<std::string>& program,
                                  const ComposeArguments& arguments, const Invocation& invocation,
                                  World& world);

} // namespace nixbuild::plugin
