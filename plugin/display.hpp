#pragma once

#include "context/global_flags.hpp"
#include "pipeline/world.hpp"
#include "plugin/output_sink.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"
#include "progress/make_reporter.hpp"

#include <memory>
#include <utility>

namespace nixbuild::plugin {

// --progress, and --quiet, which is a mode of it. Throws an Error of kind invalid_input for an
// unknown mode, and for --quiet together with another one.
[[nodiscard]] progress::Mode progress_mode_of(const ParsedOptions& options);

// What with_display() displays with.
[[nodiscard]] std::unique_ptr<progress::Reporter> make_display(progress::Mode mode,
                                                               progress::Activity activity,
                                                               const context::GlobalFlags& docker,
                                                               World& world);

// Calls `work` with a world whose progress is displayed, headed by the context that `docker` means.
// The display has ended when this returns or throws, so what is printed next stands below it.
template <class Work>
auto with_display(progress::Mode mode, progress::Activity activity,
                  const context::GlobalFlags& docker, World& world, Work&& work) {
  const auto reporter = make_display(mode, activity, docker, world);
  OutputSink images(world.out);
  pipeline::World inner{world.environment, world.processes, *reporter, world.web,
                        &images,           nullptr,         world.sign};
  return std::forward<Work>(work)(inner);
}

// Calls `work` with a world that shows no progress.
template <class Work>
decltype(auto) without_display(World& world, Work&& work) {
  const auto silent =
      progress::make_reporter({.mode = progress::Mode::none}, world.err, world.environment, {});
  pipeline::World inner{world.environment, world.processes, *silent,   world.web,
                        nullptr,           nullptr,         world.sign};
  return std::forward<Work>(work)(inner);
}

} // namespace nixbuild::plugin
