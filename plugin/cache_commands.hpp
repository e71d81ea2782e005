#pragma once

#include "context/global_flags.hpp"
#include "pipeline/cache_check.hpp"
#include "plugin/command.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

#include <string>
#include <vector>

namespace nixbuild::plugin {

// The group `cache` and its commands.
[[nodiscard]] std::vector<Command> cache_commands();

// Each returns the exit status and throws an Error.
int run_cache_check(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);
int run_cache_login(const ParsedOptions& options, World& world);
int run_cache_push(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);
int run_cache_use(const ParsedOptions& options, World& world);

[[nodiscard]] std::string cache_check_text(const pipeline::CacheCheck& check);
[[nodiscard]] std::string cache_check_json(const pipeline::CacheCheck& check);

} // namespace nixbuild::plugin
