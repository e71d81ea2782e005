#pragma once

#include "cache/cache_name.hpp"

#include <string>
#include <vector>

namespace nixbuild::pipeline {

// The caches that a build is to use.
struct CacheRequest {
  std::vector<cache::CacheName> from = {};
  std::vector<cache::CacheName> to = {};
  // Secret: lines of netrc(5) for those of `to` whose address had a login.
  std::string netrc = {};
  // Nothing but these is wanted: no image is loaded or written.
  bool only = false;
};

} // namespace nixbuild::pipeline
