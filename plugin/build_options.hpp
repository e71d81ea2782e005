#pragma once

#include "plugin/option.hpp"

#include <string_view>

namespace nixbuild::plugin {

// The options of `build`: buildx's names where it has them, those for images that we make, Nix's.
[[nodiscard]] OptionTable build_options();

// The options of `push`: those of build, and how tags are found.
[[nodiscard]] OptionTable push_options();

// The options of `bake`.
[[nodiscard]] OptionTable bake_options();

// The options of `inspect`.
[[nodiscard]] OptionTable inspect_options();

// The parts of them that other commands share.
[[nodiscard]] OptionTable image_options();
[[nodiscard]] OptionTable nix_options();
[[nodiscard]] Option builder_option();
[[nodiscard]] Option builder_image_option();
[[nodiscard]] Option debug_option();
[[nodiscard]] Option platform_option(std::string_view help);
[[nodiscard]] Option progress_option();
[[nodiscard]] Option format_option();
[[nodiscard]] Option registry_ca_option();
[[nodiscard]] Option watch_option(std::string_view help);

} // namespace nixbuild::plugin
