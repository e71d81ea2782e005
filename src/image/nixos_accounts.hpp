#pragma once

#include "image/accounts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::image {

struct HomeFolder {
  std::string path;
  unsigned mode = 0700;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

// The accounts of a NixOS system that can be told before its activation has run.
struct NixosAccounts {
  std::vector<User> users;
  std::vector<Group> groups;
  std::vector<HomeFolder> homes; // of people
  std::string shadow;            // content of /etc/shadow, of those users whose hash is declared
  std::uint32_t shadow_gid = 0;  // whose group may read it
};

// Reads what the activation, or userborn, makes the system's accounts of: users-groups.json
// (nixpkgs nixos/modules/config/users-groups.nix) or userborn.json (services/system/userborn.nix).
// Activation keeps the numbers that it finds, so people without a declared uid get theirs here,
// from 1000 up, and their groups from 999 down, as it would do itself; what only services need is
// left to it. What is not a sound account is left out; nothing is returned for other JSON.
[[nodiscard]] std::optional<NixosAccounts> parse_nixos_accounts(std::string_view json);

// root and nobody alone, for a system that declares its users in another way.
[[nodiscard]] NixosAccounts minimal_accounts(const std::string& shell);

} // namespace nixbuild::image
