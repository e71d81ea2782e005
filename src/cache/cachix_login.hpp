#pragma once

#include "support/environment.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::cache {

// Who we are to Cachix.
struct CachixLogin {
  std::string host = "https://cachix.org";
  std::string token; // empty when there is none
  // By the name of the cache: base64 of an Ed25519 key.
  std::map<std::string, std::string> signing_keys;
  std::optional<std::string> any_signing_key; // CACHIX_SIGNING_KEY, for every cache

  // Empty when there is none.
  [[nodiscard]] std::string signing_key(const std::string& cache) const;
};

// What the file of cachix's settings has (cachix, Client/Config.hs); every field may be absent.
// Throws an Error of kind corrupt, without what is in it.
[[nodiscard]] CachixLogin parse_cachix_dhall(std::string_view text, std::string_view file);

// The same as text, for that file.
[[nodiscard]] std::string cachix_dhall(const CachixLogin& login);

// $XDG_CONFIG_HOME/cachix/cachix.dhall; nothing without a home.
[[nodiscard]] std::optional<std::filesystem::path>
cachix_dhall_file(const Environment& environment);

// From CACHIX_AUTH_TOKEN and CACHIX_SIGNING_KEY, else from that file; nobody when there is neither.
[[nodiscard]] CachixLogin cachix_login(const Environment& environment);

} // namespace nixbuild::cache
