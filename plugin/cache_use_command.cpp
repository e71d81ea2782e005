#include "cache/cachix.hpp"
#include "cache/nix_settings.hpp"
#include "cache/user_nix_conf.hpp"
#include "plugin/cache_commands.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <utility>

namespace nixbuild::plugin {

namespace {

// A cache as nix.conf is to know it.
struct Used {
  std::string url;
  std::vector<std::string> keys;
  std::string token; // of a private one of Cachix
};

Used resolve(const cache::CacheName& name, const ParsedOptions& options, World& world) {
  Used used;
  for (const auto& values : options.all("key")) {
    if (!values.front().contains(':') || values.front().contains(' '))
      throw Error(ErrorKind::invalid_input, format("\"{}\" is no key", values.front()))
          .with_hint("keys are written NAME:BASE64, as the cache's page tells it");
    used.keys.push_back(values.front());
  }
  if (name.kind == cache::CacheName::Kind::attic)
    throw Error(ErrorKind::invalid_input,
                format("{} does not say where the cache is", cache::to_string(name)))
        .with_hint("name the address and the key that `attic cache info` tells");
  if (name.kind == cache::CacheName::Kind::address) {
    if (cache::login_in(name.name))
      throw Error(ErrorKind::invalid_input, "the address has a password in it, which all who read "
                                            "nix.conf would see")
          .with_hint("give it to `docker nixbuild cache login`");
    used.url = name.name;
    return used;
  }
  if (world.web == nullptr) throw Error(ErrorKind::unavailable, "there is no way to Cachix");
  const cache::Cachix cachix(*world.web, cache::cachix_login(world.environment), nullptr,
                             registry::real_patience());
  const cache::CachixCache told = cachix.cache(name.name, world.cancel);
  used.url = told.uri;
  used.keys.insert(used.keys.end(), told.public_keys.begin(), told.public_keys.end());
  if (!told.is_public) used.token = cachix.login().token;
  return used;
}

std::vector<std::string> lines_of(const Used& used) {
  std::vector<std::string> lines{format("extra-substituters = {}", used.url)};
  if (!used.keys.empty())
    lines.push_back(format("extra-trusted-public-keys = {}", fmt::join(used.keys, " ")));
  return lines;
}

} // namespace

int run_cache_use(const ParsedOptions& options, World& world) {
  if (options.words.empty())
    throw Error(ErrorKind::invalid_input, "cache use needs a cache")
        .with_hint("for example: docker nixbuild cache use cachix:me");
  const Used used = resolve(cache::parse_cache_name(options.words.front()), options, world);
  const std::vector<std::string> lines = lines_of(used);
  if (options.is_on("print")) {
    world.out.write(format("{}\n", fmt::join(lines, "\n")));
    return 0;
  }
  const auto file = cache::user_nix_conf(world.environment);
  const bool changed = cache::add_to_nix_conf(file, lines);
  world.out.write(changed ? format("{} has {} now.\n", file.string(), used.url)
                          : format("{} has {} already.\n", file.string(), used.url));
  if (!used.token.empty())
    world.out.write(
        format("The cache is private: its token is in {}.\n",
               cache::remember_login(cache::host_of(used.url),
                                     {.login = {}, .password = used.token}, world.environment)
                   .string()));
  world.out.write("A Nix daemon takes it from you only if you are one of its trusted-users, or it "
                  "has it as trusted-substituters.\n");
  return 0;
}

} // namespace nixbuild::plugin
