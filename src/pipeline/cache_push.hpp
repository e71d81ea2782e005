#pragma once

#include "cache/cachix.hpp"
#include "nix/closure.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <future>
#include <string>
#include <vector>

namespace nixbuild::pipeline {

// Sends store paths of this machine, with all that they need, to the caches that `request` names
// (with_caches()), while other things are done. Those of Cachix are left out where there is no Web
// to speak to it (cachix_relay.hpp).
class CachePush {
public:
  CachePush(std::vector<std::string> paths, const BuildRequest& request, World& world,
            const CancelToken& cancel);
  CachePush(const CachePush&) = delete;
  CachePush& operator=(const CachePush&) = delete;
  // Stops what is still going on.
  ~CachePush();

  // Waits for the end. Throws the first Error of those that failed, when all have ended.
  void finish();

private:
  void start(const cache::CacheName& target);
  void push(const cache::CacheName& target);

  const std::vector<std::string> paths_;
  const BuildRequest& request_;
  World& world_;
  CancelSource stop_;
  CancelToken::Registration watch_;
  std::vector<std::future<void>> running_;
};

// Sends `closure` to the cache `name` of Cachix, as a step. Throws as cache::push_to_cachix().
void push_closure(const std::string& name, const nix::Closure& closure, const cache::NarOf& nar,
                  World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
