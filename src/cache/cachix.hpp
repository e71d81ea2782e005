#pragma once

#include "archive/stream.hpp"
#include "cache/cachix_login.hpp"
#include "cache/signing.hpp"
#include "http/web.hpp"
#include "nix/closure.hpp"
#include "registry/retry.hpp"
#include "support/cancel.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::cache {

// What Cachix tells of a cache (cachix-api, Types/BinaryCache.hs).
struct CachixCache {
  std::string uri; // where Nix reads it
  bool is_public = true;
  std::vector<std::string> public_keys; // "<name>:<base64>"
};

// Writes the NAR of a path of the store.
using NarOf = std::function<void(const nix::ClosurePath& path, archive::Sink& sink)>;

// Cachix's API (cachix-api, Cachix/API.hs, version 1). Thread-safe.
class Cachix {
public:
  // Parts of a NAR have that size; S3 wants 5 MiB at least of all but the last one.
  static constexpr std::size_t usual_part_size = std::size_t{16} << 20U;

  // Without `sign` no key is used.
  Cachix(http::Web& web, CachixLogin login, Signer sign, registry::Patience patience,
         std::size_t part_size = usual_part_size);

  // All calls throw an Error: refused for a token that does not count, not_found for a cache that
  // is not there or not ours to see, corrupt for an answer that is none.

  [[nodiscard]] CachixCache cache(const std::string& name, const CancelToken& cancel) const;

  // Those of `hashes` (of store paths) that the cache `name` does not have.
  [[nodiscard]] std::vector<std::string> missing(const std::string& name,
                                                 const std::vector<std::string>& hashes,
                                                 const CancelToken& cancel) const;

  // Sends one path of `closure`: compressed, in parts, signed if there is a key for this cache.
  // Returns how many bytes were sent. What was begun is taken back when it fails.
  [[nodiscard]] std::uint64_t upload(const std::string& name, const nix::Closure& closure,
                                     const nix::ClosurePath& path, const NarOf& nar,
                                     const CancelToken& cancel) const;

  [[nodiscard]] const CachixLogin& login() const noexcept { return login_; }

private:
  class Upload;

  [[nodiscard]] std::string call(const std::string& method, const std::string& path,
                                 const std::string& body, const std::string& cache,
                                 const CancelToken& cancel) const;
  [[nodiscard]] http::Response exchange(const std::string& url, const http::Request& request,
                                        const CancelToken& cancel) const;

  http::Web& web_;
  const CachixLogin login_;
  const Signer sign_;
  const registry::Patience patience_;
  const std::size_t part_size_;
};

// How a push is going, for people.
struct PushProgress {
  std::function<void(std::size_t missing, std::size_t all)> counted;
  std::function<void(const nix::ClosurePath& path, std::uint64_t sent)> sent; // one at a time
};

// Sends what the cache `name` lacks of `closure`, several paths at a time.
void push_to_cachix(const Cachix& cachix, const std::string& name, const nix::Closure& closure,
                    const NarOf& nar, const PushProgress& progress, const CancelToken& cancel);

} // namespace nixbuild::cache
