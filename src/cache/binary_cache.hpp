#pragma once

#include "cache/nar_info.hpp"
#include "http/web.hpp"
#include "registry/retry.hpp"
#include "support/cancel.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::cache {

// A binary cache of Nix, to be looked into (Nix manual, protocols/binary-cache). Thread-safe.
class BinaryCache {
public:
  // The content of a file of the cache; nothing when it has no such file. Throws an Error.
  using Get =
      std::function<std::optional<std::string>(const std::string& file, const CancelToken& cancel)>;

  // Messages call it `name`.
  BinaryCache(std::string name, Get get) : name_(std::move(name)), get_(std::move(get)) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  // Throws an Error: refused, corrupt for an answer that is none of a cache, not_found where there
  // is no cache, or invalid_input when it is for another store than /nix/store.
  [[nodiscard]] CacheInfo info(const CancelToken& cancel) const;

  // What it tells of the path with this hash ("<hash>-<name>" in the store); nothing when it does
  // not have it. Throws an Error as info().
  [[nodiscard]] std::optional<NarInfo> find(std::string_view hash, const CancelToken& cancel) const;

private:
  std::string name_;
  Get get_;
};

// Who we are to a server: the value of a header Authorization, empty for nobody.
struct Authorization {
  std::string header;
  [[nodiscard]] static Authorization basic(std::string_view user_and_password);
  [[nodiscard]] static Authorization bearer(std::string_view token);
};

// At `url` ("https://cache.example"), behind http(s). `web` must live longer.
[[nodiscard]] BinaryCache cache_on_web(http::Web& web, const std::string& url,
                                       Authorization authorization, registry::Patience patience);

// In a folder, as `nix copy --to file://…` makes it.
[[nodiscard]] BinaryCache cache_in_folder(const std::filesystem::path& folder);

} // namespace nixbuild::cache
