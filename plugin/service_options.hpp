#pragma once

#include "plugin/parsed_options.hpp"

#include <boost/json/fwd.hpp>

#include <span>
#include <string_view>

namespace nixbuild::plugin {

// The options of a service that Nix builds: those of build that say what is built and where, and
// "context", which names the engine where docker does not.
[[nodiscard]] const OptionTable& service_options();

// build's options but those of these names.
[[nodiscard]] OptionTable build_options_without(std::span<const std::string_view> names);

// Options of a service or target, as files and the command line of a provider have them. Beside
// what parse_named_options() takes: a list with one value, since a provider's options are all
// lists, and "NAME=VALUE" for options of two values, since they have no objects; and objects for
// options of one value that is NAME=VALUE. Throws an Error as that does.
[[nodiscard]] ParsedOptions parse_listed_options(const OptionTable& table,
                                                 const boost::json::object& options);

} // namespace nixbuild::plugin
