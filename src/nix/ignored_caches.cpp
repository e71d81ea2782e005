#include "nix/ignored_caches.hpp"

#include "nix/failure_classes.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::nix {

namespace {

constexpr std::string_view untrusted_substituter = "ignoring untrusted substituter '";
constexpr std::string_view restricted_setting = "ignoring the client-specified setting '";
constexpr std::string_view builds_without = "--allow-ignored-caches builds without the cache.";
constexpr std::string_view s3 = "s3://";
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

// Nix from 2.33 on calls a bucket by where it is: "https://HOST/BUCKET/…" or
// "https://BUCKET.HOST/…".
bool names_bucket(std::string_view warning, std::string_view address) {
  if (!address.starts_with(s3)) return false;
  const std::string_view bucket = address.substr(s3.size());
  const std::string_view url = quoted_after(warning, "unable to download '");
  return url.contains(format("/{}/", bucket)) || url.contains(format("//{}.", bucket));
}

// Whether `warning` says no more of the store that is meant than the scheme of `address`: Nix 2.26
// of stores that it does not know, and of those behind ssh ("from 'ssh-ng://'").
bool names_scheme(std::string_view warning, std::string_view address) {
  const std::string_view scheme = address.substr(0, address.find(':'));
  if (warning.contains(unknown_store)) return warning.ends_with(format("scheme '{}'", scheme));
  return scheme.starts_with("ssh") && warning.contains(format("'{}://'", scheme));
}

std::string remedy_for_untrusted(std::string_view cache) {
  return format("There, put `trusted-substituters = {}` and the cache's key as "
                "`extra-trusted-public-keys` into /etc/nix/nix.conf and restart nix-daemon; or add "
                "yourself to `trusted-users`, which makes you equal to root. {}",
                cache, builds_without);
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
    if (!names(warning, cache) && !names_scheme(warning, cache) && !names_bucket(warning, cache))
      continue;
    IgnoredCache ignored{.cache = format("the cache {}", cache), .remedy = {}};
    if (warning.contains(untrusted_substituter)) {
      ignored.remedy = remedy_for_untrusted(cache);
    } else if (warning.contains(unknown_key)) {
      ignored.remedy = format("Name the key that the cache signs with: `--option "
                              "extra-trusted-public-keys NAME:KEY`. {}",
                              builds_without);
      // Stores are trusted one by one, caches by their keys.
      if (cache.starts_with("ssh"))
        ignored.remedy = format("If all that is there may be trusted, say so: `--cache-from "
                                "{}?trusted=true`. {}",
                                cache, ignored.remedy);
    } else if (warning.contains(unknown_store)) {
      ignored.remedy = format("{} {}", without_s3, builds_without);
    } else if (cache.starts_with(s3) && warning.contains("HTTP error 403")) {
      ignored.remedy = format("{} {}", refused_by_s3, builds_without);
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
