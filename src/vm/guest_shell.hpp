#pragma once

#include "process/runner.hpp"
#include "progress/reporter.hpp"
#include "support/cancel.hpp"
#include "vm/installer.hpp"

#include <string>
#include <vector>

namespace nixbuild::vm {

// Where commands run in a guest.
struct GuestPlace {
  // Up to the command, which follows as one last argument for a shell there: builder::Way::argv,
  // or {"sh", "-c"} for this machine.
  std::vector<std::string> argv;
  std::string peer; // for people: "Colima default"
};

// What a command in a guest wrote and how it ended. Throws an Error: unavailable, refused … when
// there is no getting in, cancelled.
[[nodiscard]] process::Captured run_in(const GuestPlace& place,
                                       const std::vector<std::string>& argv,
                                       process::Runner& runner, const CancelToken& cancel);

// The same, with what it writes shown as the log of `step`; `out` and `err` hold all the same.
[[nodiscard]] process::Captured run_shown(const GuestPlace& place,
                                          const std::vector<std::string>& argv,
                                          progress::Step& step, process::Runner& runner,
                                          const CancelToken& cancel);

// The same, with the file as its stdin, which need not be read to its end.
[[nodiscard]] process::Captured send_to(const GuestPlace& place,
                                        const std::vector<std::string>& argv, const Installer& file,
                                        progress::Step& step, process::Runner& runner,
                                        const CancelToken& cancel);

} // namespace nixbuild::vm
