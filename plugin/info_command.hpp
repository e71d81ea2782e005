#pragma once

#include "context/context.hpp"
#include "context/machine.hpp"
#include "engine/engine.hpp"
#include "pipeline/builder_choice.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"
#include "support/error.hpp"

#include <optional>
#include <string>

namespace nixbuild::plugin {

// What `info` found out.
struct Info {
  context::Context context;
  context::Machine machine; // behind the context's endpoint
  std::optional<engine::Facts> engine;
  std::optional<Error> engine_error; // why there is no `engine`
  std::optional<pipeline::ChosenBuilder> builder;
  std::optional<Error> builder_error; // why there is no `builder`, although there is an `engine`
  std::optional<std::string> nix_program;
  std::string nix_version;
  std::optional<Error> nix_error; // why there is no `nix_program`
};

[[nodiscard]] std::string info_text(const Info& info);
// One object, indented by 2, with a final newline.
[[nodiscard]] std::string info_json(const Info& info);

// Prints what a build would use. Exit status 1 when no engine answers. Throws an Error when not
// even the context can be told.
int run_info(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);

} // namespace nixbuild::plugin
