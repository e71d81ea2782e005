#pragma once

#include "plugin/parsed_options.hpp"

#include <boost/json/fwd.hpp>

namespace nixbuild::plugin {

// Options as a configuration file spells them: the long names of `table` as keys, and
// "installable", which becomes the word of the command line.
//
//     {"installable": ".#image", "tag": ["me/app:1", "me/app:dev"], "impure": true,
//      "argstr": {"name": "value"}}
//
// Arrays give an option several times, objects give options of two values, and either is the text
// of an option that takes JSON; numbers and truth
// values may be texts, since Compose makes texts of them. Throws an Error of kind invalid_input
// that names the key for unknown options, with the nearest name, and for values of the wrong form.
[[nodiscard]] ParsedOptions parse_named_options(const OptionTable& table,
                                                const boost::json::object& options);

} // namespace nixbuild::plugin
