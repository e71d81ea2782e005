#include "plugin/cache_options.hpp"

#include "cache/cachix_login.hpp"
#include "cache/words.hpp"

#include <string>
#include <vector>

namespace nixbuild::plugin {

namespace {

std::vector<cache::CacheName> caches_of(const ParsedOptions& options, std::string_view name) {
  std::vector<cache::CacheName> caches;
  for (const auto& values : options.all(name))
    for (const std::string& word : cache::words_of(values.front()))
      caches.push_back(cache::parse_cache_name(word));
  return caches;
}

} // namespace

Option cache_from_option() {
  return {.name = "cache-from",
          .values = {"CACHE"},
          .help = "Fetch from this cache, too: an address, or cachix:NAME",
          .repeatable = true,
          .variable = "NIXBUILD_CACHE_FROM"};
}

Option cache_to_option() {
  return {.name = "cache-to",
          .values = {"CACHE"},
          .help = "Push to an address, cachix:NAME, cachix-cli:NAME or attic:NAME",
          .repeatable = true,
          .variable = "NIXBUILD_CACHE_TO"};
}

OptionTable cache_options() {
  return {{.name = "allow-ignored-caches",
           .help = "Build even where Nix ignores a cache of --cache-from",
           .variable = "NIXBUILD_CACHE_ALLOW_IGNORED"},
          cache_from_option(),
          cache_to_option(),
          {.name = "no-push",
           .help = "Push to no cache, whatever else says so",
           .variable = "NIXBUILD_CACHE_NO_PUSH"}};
}

void set_caches(pipeline::BuildRequest& request, const ParsedOptions& options,
                const Environment& environment) {
  request.caches.from = caches_of(options, "cache-from");
  request.caches.to = caches_of(options, "cache-to");
  request.nix.allow_ignored_caches = options.is_on("allow-ignored-caches");
  const auto name = environment.get("CACHIX_NAME");
  if (name && request.caches.from.empty() && request.caches.to.empty()) {
    const cache::CacheName cachix = cache::parse_cache_name("cachix:" + *name);
    request.caches.from.push_back(cachix);
    if (!cache::cachix_login(environment).token.empty()) request.caches.to.push_back(cachix);
  }
  if (options.is_on("no-push")) request.caches.to.clear();
}

} // namespace nixbuild::plugin
