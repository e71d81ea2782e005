#pragma once

#include "bake/definition.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::bake {

// --set PATTERN.KEY=VALUE, or PATTERN.KEY.NAME=VALUE for a member of an object.
struct Override {
  std::string pattern; // of targets, as a shell's
  std::string key;     // canonical
  std::string member;  // or empty
  std::string value;
};
// Throws an Error of kind invalid_input.
[[nodiscard]] Override parse_override(std::string_view text);

// One thing to build.
struct Target {
  std::string name;
  std::string options; // a JSON object: all that it inherits, overridden
};

struct Selection {
  std::map<std::string, std::vector<std::string>> groups; // on the way to the targets
  std::vector<Target> targets;                            // each once, in the order of the groups
};

// What `wanted`, names of targets and groups, mean; without any the group or target "default", or
// all targets where there is none. Throws an Error of kind invalid_input for what is not there,
// for circles, and for a pattern that no target matches.
[[nodiscard]] Selection resolve(const Definition& definition,
                                const std::vector<std::string>& wanted,
                                const std::vector<Override>& overrides);

} // namespace nixbuild::bake
