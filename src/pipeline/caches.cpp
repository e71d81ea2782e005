#include "pipeline/caches.hpp"

#include "cache/cachix.hpp"
#include "cache/netrc.hpp"
#include "cache/nix_settings.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace nixbuild::pipeline {

namespace {

using cache::CacheName;

std::string netrc_for(const std::string& url, const std::string& login) {
  const std::size_t colon = std::min(login.find(':'), login.size());
  return cache::netrc_line(cache::host_of(url),
                           {.login = login.substr(0, colon),
                            .password = login.substr(std::min(colon + 1, login.size()))});
}

// Takes the login out of an address; as a line of netrc.
std::string take_login(std::string& url) {
  const auto login = cache::login_in(url);
  if (!login || !url.starts_with("http")) return {};
  std::string line = netrc_for(url, *login);
  url = cache::without_login(url);
  return line;
}

void add_cachix(nix::Options& options, const std::string& name, World& world,
                const CancelToken& cancel) {
  if (options.offline || world.web == nullptr) {
    options.caches.push_back(format("https://{}.cachix.org", name));
    return;
  }
  const cache::Cachix cachix(*world.web, cache::cachix_login(world.environment), world.sign,
                             registry::real_patience());
  const cache::CachixCache told = cachix.cache(name, cancel);
  options.caches.push_back(told.uri);
  for (const std::string& key : told.public_keys)
    options.cache_keys.push_back(key);
  if (!told.is_public)
    options.netrc += cache::netrc_line(cache::host_of(told.uri),
                                       {.login = {}, .password = cachix.login().token});
}

// Where other machines do not get to.
bool is_local(const std::string& url) {
  const std::string host = cache::host_of(url);
  return !(url.starts_with("http") || url.starts_with("s3:")) || host == "localhost" ||
         host.starts_with("127.") || host == "[::1]";
}

std::vector<std::string> beyond_usual(const std::vector<std::string>& all,
                                      const std::vector<std::string>& usual) {
  std::vector<std::string> others;
  std::ranges::copy_if(all, std::back_inserter(others), [&](const std::string& one) {
    return std::ranges::find(usual, one) == usual.end() &&
           std::ranges::find(usual, one + "/") == usual.end();
  });
  return others;
}

} // namespace

BuildRequest with_caches(BuildRequest request, World& world, const CancelToken& cancel) {
  for (const CacheName& name : request.caches.from) {
    switch (name.kind) {
    case CacheName::Kind::cachix:
    case CacheName::Kind::cachix_cli:
      add_cachix(request.nix, name.name, world, cancel);
      break;
    case CacheName::Kind::attic:
      throw Error(ErrorKind::invalid_input,
                  format("{} does not say where the cache is", cache::to_string(name)))
          .with_hint("to read from it, name its address as `attic cache info` tells it: "
                     "--cache-from https://SERVER/NAME");
    case CacheName::Kind::address: {
      std::string url = name.name;
      request.nix.netrc += take_login(url);
      request.nix.caches.push_back(std::move(url));
    }
    }
  }
  request.caches.from.clear();
  for (CacheName& name : request.caches.to) {
    if (name.kind != CacheName::Kind::address) continue;
    request.caches.netrc += take_login(name.name);
    // Nothing can be put there but by Cachix's own way.
    if (const auto cachix = cache::cachix_name_in(name.name))
      name = {.kind = CacheName::Kind::cachix, .name = *cachix};
  }
  return request;
}

void carry_own_caches(nix::Options& options, const Environment& environment) {
  const cache::NixSettings usual;
  const cache::NixSettings own = cache::nix_settings(environment);
  std::vector<std::string> caches = beyond_usual(own.substituters, usual.substituters);
  std::erase_if(caches, is_local);
  for (std::string& url : caches)
    options.netrc += take_login(url);
  const std::vector<std::string> keys = beyond_usual(own.public_keys, usual.public_keys);
  const std::string logins = cache::netrc_text(own);
  std::vector<std::string> readable = caches;
  readable.insert(readable.end(), options.caches.begin(), options.caches.end());
  for (const std::string& url : readable) {
    const std::string host = cache::host_of(url);
    if (cache::find_in_netrc(options.netrc, host)) continue;
    if (const auto login = cache::find_in_netrc(logins, host))
      options.netrc += cache::netrc_line(host, *login);
  }
  // Settings and no caches that were asked for: that they are left out is no error.
  if (!caches.empty())
    options.settings.emplace_back("extra-substituters", format("{}", fmt::join(caches, " ")));
  if (!keys.empty())
    options.settings.emplace_back("extra-trusted-public-keys", format("{}", fmt::join(keys, " ")));
}

} // namespace nixbuild::pipeline
