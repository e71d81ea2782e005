#pragma once

#include "config/logins.hpp"
#include "process/runner.hpp"
#include "registry/repository.hpp"
#include "support/cancel.hpp"
#include "support/environment.hpp"

#include <string>

namespace nixbuild::registry {

// Under what the docker CLI keeps the login of the registry that references call `domain`.
[[nodiscard]] std::string login_key(const std::string& domain);

// Who `docker login` says we are to that registry, looked for where the docker CLI does:
// DOCKER_AUTH_CONFIG, the registry's credential helper, that of all registries, config.json, the
// platform's helper. Nobody when there is no login. Secrets go over the standard input and output
// of helpers alone. Throws an Error: failed when a helper fails, corrupt for nonsense of it,
// not_found when it is not installed, invalid_input for a variable that is none, cancelled.
[[nodiscard]] Credentials find_credentials(const std::string& domain, const config::Logins& logins,
                                           const Environment& environment,
                                           process::Runner& processes, const CancelToken& cancel);

} // namespace nixbuild::registry
