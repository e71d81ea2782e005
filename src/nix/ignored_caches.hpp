#pragma once

#include "nix/log_progress.hpp"
#include "nix/options.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::nix {

// Why Nix leaves out one of the caches that `options` ask for, when `warning`, a line of Nix's log
// without "warning: ", says that it does (sentences of 2.8, 2.26 and 2.34); it would build what it
// could fetch. With what the user can do.
struct IgnoredCache {
  std::string cache; // its address, or the setting
  std::string remedy;
};
[[nodiscard]] std::optional<IgnoredCache> ignored_cache(std::string_view warning,
                                                        const Options& options);

// Has what `log` is told end, by an Error of kind refused, when one of them is left out and may not
// be. `options` must live as long as `log` is told something.
void refuse_ignored_caches(LogProgress& log, const Options& options);

} // namespace nixbuild::nix
