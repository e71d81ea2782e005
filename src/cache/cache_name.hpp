#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::cache {

// A cache as the user names it.
struct CacheName {
  enum class Kind {
    address,    // a store of Nix by its URL
    cachix,     // "cachix:NAME"
    cachix_cli, // "cachix-cli:NAME": the same, pushed to by the program cachix
    attic,      // "attic:NAME", "attic:SERVER:NAME"
  };
  Kind kind = Kind::address;
  std::string name; // without the prefix

  bool operator==(const CacheName&) const = default;
};

// Reads "https://cache.example", "s3://bucket?region=x", "ssh-ng://host", "file:///folder",
// "/folder", "cachix:NAME", "cachix-cli:NAME" or "attic:NAME". Throws an Error of kind
// invalid_input for anything else, without a password that may be in it.
[[nodiscard]] CacheName parse_cache_name(std::string_view text);

// Whether `text` is meant for parse_cache_name(), be it well formed or not; what buildx calls a
// cache ("type=gha", "docker.io/me/app:cache") is not.
[[nodiscard]] bool names_cache_of_nix(std::string_view text);

// As it was written, but for a user's name and password in an address; the account of ssh stays.
[[nodiscard]] std::string to_string(const CacheName& cache);

// `url` without user and password, but for an account of ssh.
[[nodiscard]] std::string without_login(std::string_view url);
// `text` without the logins of addresses in it. The account alone of an ssh address is no secret.
[[nodiscard]] std::string without_logins(std::string_view text);
// "user:password" of `url`, percent-encoding undone; nothing when there is none or it is
// the account of ssh.
[[nodiscard]] std::optional<std::string> login_in(std::string_view url);

// What messages of Nix say for `url`: without login, query and slashes at its end.
[[nodiscard]] std::string bare_address(std::string_view url);

// The name of a cache of Cachix in "https://NAME.cachix.org".
[[nodiscard]] std::optional<std::string> cachix_name_in(std::string_view url);

} // namespace nixbuild::cache
