#include "plugin/build_request.hpp"
#include "plugin/cache_commands.hpp"
#include "plugin/display.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::plugin {

int run_cache_push(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  pipeline::BuildRequest request = parse_build_request(options, docker, world.environment);
  if (request.caches.to.empty())
    throw Error(ErrorKind::invalid_input, "cache push needs a cache to push to")
        .with_hint("name it: --cache-to https://cache.example, cachix:NAME or file:///folder");
  request.outputs.clear();
  request.caches.only = true;
  if (options.is_on("vm-image")) {
    request.installable =
        options.words.empty()
            ? without_display(world,
                              [&](pipeline::World& inner) {
                                return pipeline::running_vm_image(inner, world.cancel);
                              })
                  .path
            : cache::vm_image_of_flake(request.installable);
  }
  const auto report = with_display(
      progress_mode_of(options), progress::Activity::building, request.docker, world,
      [&](pipeline::World& inner) { return world.build(request, inner, world.cancel); });
  for (const std::string& path : report.store_paths)
    for (const cache::CacheName& cache : request.caches.to)
      world.out.write(format("Pushed {} to {}\n", path, cache::to_string(cache)));
  return 0;
}

} // namespace nixbuild::plugin
