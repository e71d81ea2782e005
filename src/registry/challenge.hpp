#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::registry {

// What a server wants to see in Authorization.
struct Challenge {
  std::string scheme;                            // in lower case: "bearer", "basic"
  std::map<std::string, std::string> parameters; // names in lower case
  [[nodiscard]] std::string parameter(const std::string& name) const; // empty when absent
};

// The challenges of one WWW-Authenticate header (RFC 9110, 11.6.1). What cannot be understood is
// left out, and so is everything after it.
[[nodiscard]] std::vector<Challenge> parse_challenges(std::string_view header);

} // namespace nixbuild::registry
