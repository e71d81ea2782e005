#pragma once

#include <boost/json/fwd.hpp>

namespace nixbuild::bake {

// Puts the members of `own` on those of `base`: objects member by member, everything else whole.
void merge_into(boost::json::object& base, const boost::json::object& own);

// See canonical_target().
[[nodiscard]] boost::json::object canonical(const boost::json::object& options);

} // namespace nixbuild::bake
