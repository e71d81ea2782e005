#include "plugin/run_printed.hpp"

#include "support/format.hpp"

namespace nixbuild::plugin {

process::ExitStatus run_printed(const process::Command& command, World& world) {
  const auto line_to = [](progress::Output& output) {
    return [&output](std::string_view line) { output.write(format("{}\n", line)); };
  };
  return world.processes.run(command, line_to(world.out), line_to(world.err), world.cancel);
}

} // namespace nixbuild::plugin
