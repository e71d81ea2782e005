#pragma once

#include "context/context.hpp"
#include "context/machine.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"
#include "vm/guest_shell.hpp"

#include <optional>
#include <string>

namespace nixbuild::plugin {

// The docker CLI's flags with the context called `name` in place of the one they mean.
[[nodiscard]] context::GlobalFlags with_context(context::GlobalFlags docker,
                                                const std::string& name);

// The machine behind a context.
struct MachineBehind {
  pipeline::Connection connection;
  context::Machine machine;
  std::optional<vm::GuestPlace> place; // nothing: no command gets into it
};

// Asks the engine only where nothing else tells what machine it is on. Throws an Error as
// pipeline::connect and the engine do.
[[nodiscard]] MachineBehind machine_behind(const context::GlobalFlags& docker,
                                           pipeline::World& world, const CancelToken& cancel);

} // namespace nixbuild::plugin
