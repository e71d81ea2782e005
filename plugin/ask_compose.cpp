#include "plugin/ask_compose.hpp"

#include "support/error.hpp"

namespace nixbuild::plugin {

compose::Project ask_compose(const std::vector<std::string>& compose,
                             const std::vector<std::string>& services, World& world) {
  process::Command command{.argv = compose};
  command.argv.insert(command.argv.end(), {"config", "--format", "json"});
  command.argv.insert(command.argv.end(), services.begin(), services.end());
  const auto answer = process::capture(world.processes, command, world.cancel);
  if (!answer.status.success())
    throw Error(ErrorKind::failed, "Compose does not understand the project")
        .with_detail(answer.err);
  return compose::parse_project(answer.out);
}

} // namespace nixbuild::plugin
