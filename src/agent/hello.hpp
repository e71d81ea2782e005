#pragma once

#include "progress/event.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace nixbuild::agent {

inline constexpr std::int64_t protocol_version = 1;

// What the agent says about itself before anything else:
//   {"protocol":1,"version":"0.1.0","pid":123,"home":"/root","time":1700000000000000000}
struct Hello {
  std::int64_t protocol = protocol_version;
  std::string version; // of the program
  std::int64_t pid = 0;
  std::string home;    // $HOME there, may be empty
  progress::Time time; // by the agent's clock
};

// That of this process, now.
[[nodiscard]] Hello own_hello(std::string version, std::string home);

[[nodiscard]] std::string hello_to_json(const Hello& hello);
// Throws an Error of kind corrupt.
[[nodiscard]] Hello hello_from_json(std::string_view text);

} // namespace nixbuild::agent
