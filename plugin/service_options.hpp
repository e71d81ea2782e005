#pragma once

#include "plugin/parsed_options.hpp"

#include <boost/json/fwd.hpp>

#include <string_view>

namespace nixbuild::plugin {

// The options of a service that Nix builds: those of build that say what is built and where, and
// "context", which names the engine where docker does not.
[[nodiscard]] const OptionTable& service_options();

// Options of a service, as the Compose file or a provider's command line has them. Beside what
// parse_named_options() takes: a list with one value, since a provider's options are all lists, and
// "NAME=VALUE" for options of two values, since they have no objects. Throws an Error as that does.
[[nodiscard]] ParsedOptions parse_service_options(const boost::json::object& options);

} // namespace nixbuild::plugin
