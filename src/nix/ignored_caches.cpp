#include "nix/ignored_caches.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::nix {

namespace {

constexpr std::string_view untrusted_substituter = "ignoring untrusted substituter '";
constexpr std::string_view restricted_setting = "ignoring the client-specified setting '";
constexpr std::string_view unknown_key = "not signed by any of the keys in 'trusted-public-keys'";
// What stands between `begin` and the next quote.
std::string_view quoted_after(std::string_view text, std::string_view begin) {
  text.remove_prefix(std::min(text.find(begin), text.size() - begin.size()) + begin.size());
  return text.substr(0, text.find('\''));
}

// Whether one of the caches needs `setting`: own settings of the user, which are left out likewise,
// may be for others.
bool needs(std::string_view setting, const Options& options) {
  if (setting.ends_with("trusted-public-keys")) return !options.cache_keys.empty();
  if (setting == "netrc-file") return !options.netrc.empty();
  return setting.ends_with("substituters");
}

std::string_view bare(std::string_view address) {
  address = address.substr(0, address.find('?'));
  while (address.ends_with('/'))
    address.remove_suffix(1);
  return address;
}

// Whether `text` names `address`, and not a longer one.
bool names(std::string_view text, std::string_view address) {
  for (std::size_t at = text.find(address); at != std::string_view::npos;
       at = text.find(address, at + 1)) {
    const std::string_view rest = text.substr(at + address.size());
    if (rest.empty() || rest.find_first_of("'/?\" ,:;)") == 0) return true;
  }
  return false;
}

std::string remedy_for_untrusted(std::string_view cache) {
  return format("There, put `trusted-substituters = {}` and the cache's key as "
                "`extra-trusted-public-keys` into /etc/nix/nix.conf and restart nix-daemon; or add "
                "yourself to `trusted-users`, which makes you equal to root. "
                "--allow-ignored-caches builds without the cache.",
                cache);
}

} // namespace

std::optional<IgnoredCache> ignored_cache(std::string_view warning, const Options& options) {
  if (options.caches.empty()) return std::nullopt;
  if (warning.contains(restricted_setting)) {
    const std::string_view setting = quoted_after(warning, restricted_setting);
    if (!needs(setting, options)) return std::nullopt;
    return IgnoredCache{.cache = format("the setting {}", setting),
                        .remedy = remedy_for_untrusted(bare(options.caches.front()))};
  }
  // It may still come.
  if (warning.contains("retrying in")) return std::nullopt;
  for (const std::string& asked : options.caches) {
    const std::string_view cache = bare(asked);
    if (!names(warning, cache)) continue;
    IgnoredCache ignored{.cache = format("the cache {}", cache), .remedy = {}};
    if (warning.contains(untrusted_substituter)) {
      ignored.remedy = remedy_for_untrusted(cache);
    } else if (warning.contains(unknown_key)) {
      ignored.remedy = "Name the key that the cache signs with: `--option "
                       "extra-trusted-public-keys NAME:KEY`. --allow-ignored-caches builds without "
                       "the cache.";
    } else {
      ignored.remedy = "Is its address right, and is it there? `docker nixbuild cache check "
                       "--cache-from ADDRESS` says more. --allow-ignored-caches builds without it.";
    }
    return ignored;
  }
  return std::nullopt;
}

void refuse_ignored_caches(LogProgress& log, const Options& options) {
  if (options.caches.empty() || options.allow_ignored_caches) return;
  log.on_warning([&options](std::string_view warning) {
    const auto ignored = ignored_cache(warning, options);
    if (!ignored) return;
    throw Error(ErrorKind::refused, format("Nix ignores {}", ignored->cache))
        .with_detail(std::string(warning))
        .with_hint(ignored->remedy);
  });
}

} // namespace nixbuild::nix
