#pragma once

#include "cache/binary_cache.hpp"
#include "support/cancel.hpp"
#include "support/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::cache {

// What of the wanted paths one cache has.
struct Holdings {
  std::string cache;                // its name
  std::size_t paths = 0;            // that it has
  std::uint64_t download_bytes = 0; // of these, as they are stored
  std::uint64_t nar_bytes = 0;      // and unpacked
  std::optional<Error> failure;     // why nothing is known of it
};

struct Lookup {
  std::vector<std::string> wanted;  // ascending
  std::vector<Holdings> caches;     // as they were given
  std::vector<std::string> missing; // of `wanted`, in no cache
};

// Which paths are looked for.
enum class Scope {
  given,   // these alone
  closure, // and all that they need, as the caches tell
};

// Asks all `caches` for `paths`, many at a time. A cache that fails is told in its Holdings and
// asked no more. Throws an Error of kind cancelled, and corrupt for a closure without end.
[[nodiscard]] Lookup look_up(const std::vector<BinaryCache>& caches,
                             const std::vector<std::string>& paths, Scope scope,
                             const CancelToken& cancel);

} // namespace nixbuild::cache
