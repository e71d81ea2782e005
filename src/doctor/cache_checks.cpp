#include "cache/cache_name.hpp"
#include "cache/netrc.hpp"
#include "cache/words.hpp"
#include "doctor/check.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

namespace nixbuild::doctor {

namespace {

using Look = std::optional<Outcome>;

constexpr std::string_view cachix_domain = ".cachix.org";

Look token_is_there(const Facts& facts) {
  const auto name = facts.environment.get("CACHIX_NAME");
  if (!name) return std::nullopt;
  if (facts.client.cachix_token) return fine("there is a token for Cachix");
  return warned(format("CACHIX_NAME is {}, and there is no token: nothing can be pushed", *name),
                "cachix authtoken TOKEN, or set CACHIX_AUTH_TOKEN.");
}

bool asks_for_password(const CacheAnswer& cache) {
  return cache.status == 401 || cache.status == 403;
}

Look caches_answer(const Facts& facts) {
  if (!facts.guest) return std::nullopt;
  for (const CacheAnswer& cache : facts.guest->caches) {
    if (cache.status == 0 || cache.status == 200 || asks_for_password(cache)) continue;
    return warned(format("{} answers with status {}", cache.url, cache.status),
                  cache.status == 404 ? "Is its name right? A private one answers so, too, "
                                        "without a line in the daemon's netrc."
                                      : "It may be out of order.");
  }
  // What cannot be reached at all is N10's.
  const auto answers = std::ranges::count_if(
      facts.guest->caches, [](const CacheAnswer& cache) { return cache.status != 0; });
  if (answers == 0) return std::nullopt;
  return fine(format("{} of {} answer", answers, facts.guest->caches.size()));
}

// Those that a build asks for, as Nix names them.
std::vector<std::string> wanted_caches(const Environment& environment) {
  std::vector<std::string> wanted;
  const auto add = [&](const std::string& word) {
    try {
      const cache::CacheName name = cache::parse_cache_name(word);
      if (name.kind == cache::CacheName::Kind::cachix)
        wanted.push_back(format("https://{}{}", name.name, cachix_domain));
      if (name.kind == cache::CacheName::Kind::address)
        wanted.push_back(cache::bare_address(name.name));
    } catch (const Error&) { // the build tells of it
      return;
    }
  };
  const auto named = environment.get("NIXBUILD_CACHE_FROM");
  for (const std::string& word : cache::words_of(named.value_or("")))
    add(word);
  const auto cachix = environment.get("CACHIX_NAME");
  if (cachix && !named) add("cachix:" + *cachix);
  return wanted;
}

// An untrusted user's are cut down to these (nix src/libstore/daemon.cc).
Look caches_are_not_ignored(const Facts& facts) {
  if (!facts.guest || facts.guest->trusted.value_or(true)) return std::nullopt;
  std::set<std::string> allowed;
  for (const char* setting : {"substituters", "trusted-substituters"})
    for (const std::string& url : cache::words_of(facts.guest->setting(setting)))
      allowed.insert(cache::bare_address(url));
  const std::vector<std::string> wanted = wanted_caches(facts.environment);
  if (wanted.empty()) return std::nullopt;
  const auto ignored = std::ranges::find_if_not(
      wanted, [&](const std::string& url) { return allowed.contains(url); });
  if (ignored == wanted.end()) return fine("Nix uses the caches that are asked for");
  std::string seen = format("{} is asked for, and Nix ignores it: it does not trust {}", *ignored,
                            facts.guest->user);
  std::string remedy =
      format("Add trusted-substituters = {} and its key as trusted-public-keys to the nix.conf of "
             "the daemon, or see docker nixbuild doctor N7.",
             *ignored);
  if (facts.environment.get("NIXBUILD_CACHE_ALLOW_IGNORED"))
    return warned(std::move(seen), std::move(remedy));
  return failed(std::move(seen), std::move(remedy));
}

// Cachix signs with NAME.cachix.org-1, unless the key is the user's.
Look keys_are_known(const Facts& facts) {
  if (!facts.guest) return std::nullopt;
  const std::string keys = facts.guest->setting("trusted-public-keys");
  for (const CacheAnswer& cache : facts.guest->caches) {
    const std::string host = cache::host_of(cache.url);
    if (!host.ends_with(cachix_domain) || keys.contains(host + "-")) continue;
    return warned(format("Nix has no key of {}: what it sends is ignored", host),
                  "Add its key to trusted-public-keys; Cachix shows it on the cache's page.");
  }
  return std::nullopt;
}

Look netrc_has_passwords(const Facts& facts) {
  if (!facts.guest) return std::nullopt;
  for (const CacheAnswer& cache : facts.guest->caches) {
    if (!asks_for_password(cache)) continue;
    const std::string host = cache::host_of(cache.url);
    const std::string file = facts.guest->setting("netrc-file");
    const bool has_line =
        std::ranges::find(facts.guest->netrc_machines, host) != facts.guest->netrc_machines.end();
    return warned(format("{} wants a password, and {} {}", cache.url, file,
                         has_line ? "has another one" : "has none that could be read"),
                  format("The daemon reads {}, not ~/.netrc: a line \"machine {} password …\" "
                         "belongs there.",
                         file, host));
  }
  return std::nullopt;
}

Look secrets_are_kept(const Facts& facts) {
  if (!facts.guest) return std::nullopt;
  if (facts.guest->token_in_argv) {
    return warned(format("a running command on {} has a token of Cachix in its arguments, where "
                         "everybody sees it",
                         facts.peer),
                  "Revoke it, and pass it by a variable or on standard input.");
  }
  if (facts.guest->cachix_netrc && facts.builds_elsewhere()) {
    return warned(format("~/.netrc on {} has a password of Cachix", facts.peer),
                  "Remove the line: older scripts left it there, and the daemon does not read it.");
  }
  return std::nullopt;
}

constexpr std::array checks{
    Check{"C1", "there is a token for Cachix", Probe::nobody, token_is_there,
          "cachix authtoken TOKEN"},
    Check{"C2", "the caches answer", Probe::guest, caches_answer,
          "The name is wrong, or the cache is private and the daemon's netrc lacks it."},
    Check{"C3", "caches are not ignored", Probe::guest, caches_are_not_ignored,
          "docker nixbuild doctor N7: the daemon has to trust the user, or list the cache."},
    Check{"C4", "caches' keys are known", Probe::guest, keys_are_known,
          "Add the cache's publicSigningKeys to trusted-public-keys."},
    Check{"C5", "the daemon has the caches' passwords", Probe::guest, netrc_has_passwords,
          "The daemon reads /etc/nix/netrc, not ~/.netrc."},
    Check{"C6", "no secrets lie about", Probe::guest, secrets_are_kept,
          "Remove tokens from ~/.netrc and from command lines."},
};

} // namespace

std::span<const Check> cache_checks() {
  return checks;
}

} // namespace nixbuild::doctor
