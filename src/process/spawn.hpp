#pragma once

#include "process/command.hpp"

#include <sys/types.h>

namespace nixbuild::process {

// What the program gets as descriptors 0, 1 and 2.
struct StandardStreams {
  int in;
  int out;
  int err;
};

// Starts `command` in a session, hence process group, of its own whose number is the returned
// process id; the caller must wait for it. The program has the default disposition of every
// signal, none blocked, and no descriptor but `streams`. A session of its own has no terminal: a
// program that wants to ask for a password fails instead of being stopped in the background.
//
// On Linux the program gets SIGTERM when the *thread* that called ends (that is how the kernel
// defines the parent-death signal), so call it on a thread that outlives the program.
//
// Throws an Error: not_found when the program or its interpreter does not exist, else io.
[[nodiscard]] pid_t spawn(const Command& command, const StandardStreams& streams);

// Makes this process `command`: same process id, terminal, standard streams, group and open
// signals; what was ignored stays ignored, but SIGPIPE, which we ignore for ourselves. All threads
// end. Throws an Error as above when that fails, and returns never.
[[noreturn]] void become(const Command& command);

} // namespace nixbuild::process
