#pragma once

#include "process/runner.hpp"
#include "progress/reporter.hpp"
#include "support/cancel.hpp"
#include "vm/guest.hpp"
#include "vm/guest_shell.hpp"
#include "vm/setup_plan.hpp"

namespace nixbuild::vm {

// Looks at the machine. Throws an Error as run_in() and parse_probe() do.
[[nodiscard]] Guest probe(const GuestPlace& place, process::Runner& runner,
                          const CancelToken& cancel);

// Does the steps of `plan` in `guest`, each as a step of `reporter`. Throws an Error of kind failed
// with the words of what failed; what was done stays, and the next plan goes on from there.
void carry_out(const SetupPlan& plan, const Guest& guest, const GuestPlace& place,
               process::Runner& runner, progress::Reporter& reporter, const CancelToken& cancel);

// Builds something tiny there, and returns the guest as it is now. Throws an Error of kind failed
// when its Nix does not build.
[[nodiscard]] Guest try_out(const GuestPlace& place, process::Runner& runner,
                            progress::Reporter& reporter, const CancelToken& cancel);

} // namespace nixbuild::vm
