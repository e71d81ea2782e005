#include "pipeline/cache_push.hpp"

#include "cache/nar.hpp"
#include "nix/discovery.hpp"
#include "nix/nix.hpp"
#include "nix/store_path.hpp"
#include "pipeline/cache_session.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <exception>
#include <optional>
#include <utility>

namespace nixbuild::pipeline {

namespace {

using cache::CacheName;

// A program that pushes store paths with all that they need, to a cache that it has a login for.
struct Pusher {
  std::string program;
  std::string install; // what makes it be there
  std::string login;   // what makes it be let in
};

// Nothing for caches that are pushed to without one.
std::optional<Pusher> pusher_to(CacheName::Kind kind) {
  switch (kind) {
  case CacheName::Kind::attic:
    return Pusher{.program = "attic",
                  .install = "install it there: nix profile install nixpkgs#attic-client",
                  .login = "is there a login? `attic login SERVER ADDRESS TOKEN`, where Nix runs"};
  case CacheName::Kind::cachix_cli:
    return Pusher{.program = "cachix",
                  .install = "install it there: nix profile install nixpkgs#cachix; to cachix:NAME "
                             "we push without it",
                  .login =
                      "has it a token? CACHIX_AUTH_TOKEN, or `cachix authtoken --stdin`, where "
                      "Nix runs"};
  case CacheName::Kind::address:
  case CacheName::Kind::cachix:
    return std::nullopt;
  }
  return std::nullopt;
}

void push_with(const Pusher& pusher, const std::string& name, const std::vector<std::string>& paths,
               World& world, const CancelToken& cancel) {
  process::Command command{
      .argv = {pusher.program, "push", name}, .directory = {}, .environment = {}};
  command.argv.insert(command.argv.end(), paths.begin(), paths.end());
  const auto ended = [&] {
    try {
      return process::capture(world.processes, command, cancel);
    } catch (Error& error) {
      if (error.kind() != ErrorKind::not_found) throw;
      throw Error(ErrorKind::not_found,
                  format("there is no program `{}` where Nix runs", pusher.program))
          .with_hint(pusher.install);
    }
  }();
  if (!ended.status.success())
    throw Error(ErrorKind::failed, format("{} cannot push to {}", pusher.program, name))
        .with_detail(ended.err.empty() ? ended.out : ended.err)
        .with_hint(pusher.login);
}

} // namespace

CachePush::CachePush(std::vector<std::string> paths, const BuildRequest& request, World& world,
                     const CancelToken& cancel)
    : paths_(std::move(paths))
    , request_(request)
    , world_(world)
    , watch_(cancel.on_cancel([stop = stop_](CancelLevel level) { stop.raise(level); })) {
  if (paths_.empty()) return;
  for (const CacheName& target : request_.caches.to)
    if (target.kind != CacheName::Kind::cachix || world_.web != nullptr) start(target);
}

CachePush::~CachePush() {
  if (running_.empty()) return;
  stop_.raise(CancelLevel::graceful);
  for (std::future<void>& one : running_)
    if (one.valid()) one.wait();
}

void CachePush::start(const CacheName& target) {
  running_.push_back(std::async(std::launch::async, [this, target] { push(target); }));
}

void CachePush::push(const CacheName& target) {
  const CancelToken cancel = stop_.token();
  const std::string name = cache::to_string(target);
  with_frame(format("pushing to the cache {}", name), [&] {
    if (const auto pusher = pusher_to(target.kind)) {
      return progress::as_step(world_.reporter, format("push to {}", name), [&](progress::Step&) {
        push_with(*pusher, target.name, paths_, world_, cancel);
      });
    }
    nix::Nix nix(world_.processes, world_.environment);
    if (target.kind == CacheName::Kind::cachix) {
      const nix::Closure closure = nix::query_closure(
          world_.processes, nix::nix_store_beside(nix.program()), paths_, cancel);
      const auto nar = [&](const nix::ClosurePath& path, archive::Sink& sink) {
        cache::write_nar(path.path, sink, cancel);
      };
      return push_closure(target.name, closure, nar, world_, cancel);
    }
    nix::Options options;
    options.settings = request_.nix.settings;
    options.netrc = request_.caches.netrc;
    const CacheSession session(options, world_.environment);
    nix.copy_to(target.name, paths_, session.options(), world_.reporter, cancel);
  });
}

void CachePush::finish() {
  std::exception_ptr failure;
  for (std::future<void>& one : std::exchange(running_, {})) {
    try {
      one.get();
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

void push_closure(const std::string& name, const nix::Closure& closure, const cache::NarOf& nar,
                  World& world, const CancelToken& cancel) {
  const cache::Cachix cachix(*world.web, cache::cachix_login(world.environment), world.sign,
                             registry::real_patience());
  progress::as_step(world.reporter, format("push to cachix:{}", name), [&](progress::Step& step) {
    const cache::PushProgress told{
        .counted =
            [&](std::size_t missing, std::size_t all) {
              step.log(format("{} of {} paths are missing there", missing, all));
              if (missing == 0) step.cached();
            },
        .sent =
            [&](const nix::ClosurePath& path, std::uint64_t sent) {
              step.advance(nix::readable_name(path.path), sent, sent, true);
            }};
    cache::push_to_cachix(cachix, name, closure, nar, told, cancel);
  });
}

} // namespace nixbuild::pipeline
