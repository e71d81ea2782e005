#pragma once

#include "cache/netrc.hpp"
#include "support/environment.hpp"

#include <filesystem>
#include <string>
#include <vector>

// What we write for the user's own Nix.
namespace nixbuild::cache {

// The user's nix.conf. Throws an Error of kind not_found without a home.
[[nodiscard]] std::filesystem::path user_nix_conf(const Environment& environment);

// Adds those of `lines` that it lacks to a nix.conf. Whether there were any. Throws an Error:
// refused for a file that is a link, as home-manager makes them; io.
bool add_to_nix_conf(const std::filesystem::path& file, const std::vector<std::string>& lines);

// Puts a login for `host` into the netrc file that the user's Nix reads, one of the user's own;
// makes one and tells nix.conf of it where there is none. Returns it.
std::filesystem::path remember_login(const std::string& host, const NetrcLogin& login,
                                     const Environment& environment);

} // namespace nixbuild::cache
