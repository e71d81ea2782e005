#pragma once

#include "context/global_flags.hpp"
#include "pipeline/builders.hpp"
#include "plugin/command.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

#include <string>
#include <vector>

namespace nixbuild::plugin {

// The group builder and its commands, named as buildx names its own.
[[nodiscard]] std::vector<Command> builder_commands();

// Each prints what it did or found, and returns the exit status. They throw an Error.
int run_builder_list(const ParsedOptions& options, const context::GlobalFlags& docker,
                     World& world);
int run_builder_create(const ParsedOptions& options, const context::GlobalFlags& docker,
                       World& world);
int run_builder_inspect(const ParsedOptions& options, const context::GlobalFlags& docker,
                        World& world);
int run_builder_remove(const ParsedOptions& options, const context::GlobalFlags& docker,
                       World& world);

// What `builder create` was asked for. Throws an Error of kind invalid_input.
[[nodiscard]] pipeline::NewBuilder parse_new_builder(const ParsedOptions& options);

// A table, and an array of objects.
[[nodiscard]] std::string builders_text(const std::vector<pipeline::BuilderState>& states);
[[nodiscard]] std::string builders_json(const std::vector<pipeline::BuilderState>& states);
// The same of one: lines, and an object.
[[nodiscard]] std::string builder_text(const pipeline::BuilderState& state);
[[nodiscard]] std::string builder_json(const pipeline::BuilderState& state);

} // namespace nixbuild::plugin
