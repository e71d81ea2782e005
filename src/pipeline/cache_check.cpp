#include "pipeline/cache_check.hpp"

#include "cache/cachix.hpp"
#include "cache/netrc.hpp"
#include "cache/nix_settings.hpp"
#include "cache/words.hpp"
#include "nix/discovery.hpp"
#include "nix/nix.hpp"
#include "oci/machine_platform.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/directories.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <utility>

namespace nixbuild::pipeline {

namespace {

using cache::Authorization;
using cache::BinaryCache;
using cache::CacheName;

// A question to somebody who does not answer is asked again, but not for a minute.
registry::Patience some_patience() {
  registry::Patience patience = registry::real_patience();
  patience.tries = 3;
  return patience;
}

Authorization authorization_for(const std::string& url, const cache::NixSettings& settings) {
  if (const auto login = cache::login_in(url)) return Authorization::basic(*login);
  const auto found = cache::find_in_netrc(cache::netrc_text(settings), cache::host_of(url));
  if (!found) return {};
  return Authorization::basic(format("{}:{}", found->login, found->password));
}

BinaryCache open_address(const std::string& url, const cache::NixSettings& settings, World& world) {
  constexpr std::string_view file = "file://";
  if (url.starts_with(file))
    return cache::cache_in_folder(cache::bare_address(url).substr(file.size()));
  if (!url.starts_with("http") || world.web == nullptr)
    throw Error(ErrorKind::invalid_input,
                format("the cache {} cannot be looked into", cache::without_login(url)))
        .with_hint(format("Nix can: nix path-info --store {} PATH", cache::without_login(url)));
  return cache::cache_on_web(*world.web, url, authorization_for(url, settings), some_patience());
}

BinaryCache open_cache(const CacheName& name, const cache::NixSettings& settings, World& world,
                       const CancelToken& cancel) {
  if (name.kind == CacheName::Kind::address) return open_address(name.name, settings, world);
  if (name.kind == CacheName::Kind::attic || world.web == nullptr)
    throw Error(ErrorKind::invalid_input,
                format("{} does not say where the cache is", cache::to_string(name)))
        .with_hint("name its address: https://SERVER/NAME");
  const cache::Cachix cachix(*world.web, cache::cachix_login(world.environment), nullptr,
                             some_patience());
  const cache::CachixCache told = cachix.cache(name.name, cancel);
  return cache::cache_on_web(*world.web, told.uri,
                             told.is_public ? Authorization()
                                            : Authorization::basic(":" + cachix.login().token),
                             some_patience());
}

std::vector<BinaryCache> open_caches(const BuildRequest& request, World& world,
                                     const CancelToken& cancel) {
  const cache::NixSettings settings = cache::nix_settings(world.environment);
  std::vector<BinaryCache> caches;
  caches.reserve(request.caches.from.size());
  for (const CacheName& name : request.caches.from)
    caches.push_back(open_cache(name, settings, world, cancel));
  if (!request.caches.from.empty()) return caches;
  for (const std::string& url : settings.substituters)
    if (url.starts_with("http") || url.starts_with("file://"))
      caches.push_back(open_address(url, settings, world));
  if (caches.empty())
    throw Error(ErrorKind::invalid_input, "there is no cache to ask")
        .with_hint("name one: --cache-from https://cache.example or cachix:NAME");
  return caches;
}

oci::Platform wanted_platform(const BuildRequest& request, World& world,
                              const CancelToken& cancel) {
  if (!request.platforms.empty()) return request.platforms.front();
  try {
    return connect(request.docker, world).engine.facts(cancel).platform;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return oci::platform_of_this_machine();
  }
}

// Sets the path, and what may make it another one than caches have.
void evaluate(CacheCheck& check, const nix::Installable& installable, const BuildRequest& request,
              World& world, const CancelToken& cancel) {
  if (const auto* store = std::get_if<nix::StorePath>(&installable)) {
    check.path = store->path;
    return;
  }
  if (std::holds_alternative<nix::BuiltFile>(installable))
    throw Error(ErrorKind::invalid_input,
                format("{} is a file and nothing that a cache has", to_string(installable)))
        .with_hint("name a store path or an attribute of a flake");
  nix::Nix nix(world.processes, world.environment, evaluation_memory_file(world.environment));
  const std::string system = nix::system_of(wanted_platform(request, world, cancel));
  const nix::Evaluation evaluation =
      nix.evaluate(installable, system, request.nix, world.reporter, cancel);
  check.path = nix.output_path(evaluation.derivation, evaluation.output, cancel);
  check.dirty = dirty_tree(installable, system, evaluation.derivation, request, world, cancel);
}

// The paths of its closure; nothing when this machine does not have it.
std::optional<std::vector<std::string>> closure_here(const std::string& path, World& world,
                                                     const CancelToken& cancel) {
  try {
    nix::Nix nix(world.processes, world.environment);
    if (!nix.has_path(path, cancel)) return std::nullopt;
    std::vector<std::string> paths;
    for (nix::ClosurePath& one : nix.closure(path, cancel).paths)
      paths.push_back(std::move(one.path));
    return paths;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw; // no Nix here
    return std::nullopt;
  }
}

} // namespace

CacheCheck check_caches(const BuildRequest& request, World& world, const CancelToken& cancel) {
  const std::vector<BinaryCache> caches = open_caches(request, world, cancel);
  CacheCheck check;
  if (request.installable.empty()) {
    check.lookup = cache::look_up(caches, {}, cache::Scope::given, cancel);
    return check;
  }
  const nix::Installable installable = nix::parse_installable(request.installable, request.nix);
  check.installable = to_string(installable);
  evaluate(check, installable, request, world, cancel);
  const auto closure = closure_here(check.path, world, cancel);
  check.is_here = closure.has_value();
  check.lookup = closure ? cache::look_up(caches, *closure, cache::Scope::given, cancel)
                         : cache::look_up(caches, {check.path}, cache::Scope::closure, cancel);
  return check;
}

cache::VmImage running_vm_image(World& world, const CancelToken& cancel) {
  constexpr auto system = "/run/current-system";
  const auto nix_store = nix::nix_store_beside(nix::find_nix(world.environment));
  const auto answer = process::capture(
      world.processes, {.argv = {nix_store.string(), "--query", "--requisites", system}}, cancel);
  std::optional<cache::VmImage> image;
  if (answer.status.success())
    image = cache::vm_image_in(cache::words_of(answer.out),
                               [](const std::string& file) { return read_file(file); });
  if (!image)
    throw Error(ErrorKind::not_found,
                format("the system of this machine ({}) has no builder for Linux", system))
        .with_detail(answer.err)
        .with_hint("name the flake that has one, such as github:cpick/nix-rosetta-builder");
  return *std::move(image);
}

} // namespace nixbuild::pipeline
