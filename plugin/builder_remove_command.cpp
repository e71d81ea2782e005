#include "plugin/builder_commands.hpp"
#include "plugin/display.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::plugin {

int run_builder_remove(const ParsedOptions& options, const context::GlobalFlags& docker,
                       World& world) {
  if (options.words.empty()) {
    throw Error(ErrorKind::invalid_input, "which builder is to be removed?")
        .with_hint("`docker nixbuild builder ls` lists them");
  }
  const pipeline::RemovedBuilder wanted{.name = options.words.front(),
                                        .keep_state = options.is_on("keep-state"),
                                        .force = options.is_on("force")};
  without_display(world, [&](pipeline::World& inner) {
    pipeline::remove_builder(wanted, docker, inner, world.cancel);
  });
  world.out.write(format("{} removed\n", wanted.name));
  return 0;
}

} // namespace nixbuild::plugin
