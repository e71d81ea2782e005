#include "process/carrier.hpp"

#include <array>
#include <optional>
#include <utility>

namespace nixbuild::process {

namespace {

// Tokens, keys, logins of registries, access-tokens of Nix, addresses that may hold a login.
constexpr std::array secret{"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",  "CACHIX_AUTH_TOKEN",
                            "CACHIX_SIGNING_KEY",    "DOCKER_AUTH_CONFIG", "NIX_CONFIG",
                            "NIXBUILD_CACHE_FROM",   "NIXBUILD_CACHE_TO"};

} // namespace

Command carrier(std::vector<std::string> argv) {
  Command command{.argv = std::move(argv)};
  for (const char* name : secret)
    command.environment.emplace(name, std::nullopt);
  return command;
}

} // namespace nixbuild::process
