#pragma once

#include <optional>
#include <string>

namespace nixbuild::doctor {

// What to look at where Nix runs beside the usual.
struct GuestQuestions {
  // A folder of this machine, and a file in it that nobody else can have; empty: do not look.
  std::string source;
  std::string mark;
  bool engine = false;       // ask the docker CLI there which engine it reaches
  std::string engine_socket; // for that; empty: its usual one
};

// A command for the login shell there, whichever it is: prints what parse_guest_report reads. Asks
// for nothing that is secret, changes nothing, and takes seconds at most.
[[nodiscard]] std::string guest_script(const GuestQuestions& questions);

} // namespace nixbuild::doctor
