#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace nixbuild::image {

// Whose numbers a user of an image gets, for files that it shares with somebody outside.
struct AccountNumbers {
  std::string user;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  bool operator==(const AccountNumbers&) const = default;
};

struct RenumberedAccounts {
  bool changed = false; // otherwise the rest says nothing
  std::string passwd;   // of the whole files
  std::string group;
  std::string home; // of the user; empty when it has none that could be made
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

// The files /etc/passwd and /etc/group with these numbers for the user and its own group, by the
// rules of the devcontainer CLI (scripts/updateUID.Dockerfile): a group keeps its number when
// another one has that which is wanted. A user that is not there is added, with a group of its own.
// All other lines stay as they are. The error says which other user has the number.
[[nodiscard]] std::expected<RenumberedAccounts, std::string>
renumbered(std::string_view passwd, std::string_view group, const AccountNumbers& numbers);

} // namespace nixbuild::image
