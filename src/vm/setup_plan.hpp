#pragma once

#include "vm/guest.hpp"
#include "vm/installer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace nixbuild::vm {

// One thing that is to be done in a guest.
struct Step {
  std::string what;                // for people, as an order: "install Nix"
  std::vector<std::string> argv;   // what does it there, as root
  std::optional<Installer> upload; // goes to its stdin
  std::string text;                // what it writes, for people to see first; empty: nothing
};

// How a guest comes to a Nix (what each kind of guest can take).
enum class Approach {
  present,   // it has one: only settings
  managed,   // it has one whose settings are the system's own (NixOS)
  daemon,    // for all users, with a daemon
  root_only, // no service manager that we know: root's own
  ostree,    // / is read-only, and the installer knows how
  container, // beside the engine, since nothing stays in this machine or we may not write there
};

struct SetupPlan {
  Approach approach = Approach::present;
  std::vector<Step> steps;        // that are still to be done, in order
  std::vector<std::string> notes; // for people
};

struct SetupWish {
  std::optional<Installer> installer; // else from the internet
  bool persist = false;               // keep /nix on the data disk
};

// How `guest` comes to a Nix. Throws an Error of kind invalid_input for a guest that is no Linux.
[[nodiscard]] Approach approach_for(const Guest& guest);

// What `guest` still lacks; no steps: nothing. What was begun and not ended is taken away and done
// again. Throws an Error: invalid_input for a wish that this guest cannot fulfil; failed for a Nix
// that does not work and that we cannot mend; not_found when there is no way to the installer.
[[nodiscard]] SetupPlan plan_setup(const Guest& guest, const SetupWish& wish);

// What takes back all that was done to it; no steps: nothing was.
[[nodiscard]] SetupPlan plan_removal(const Guest& guest);

} // namespace nixbuild::vm
