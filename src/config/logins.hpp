#pragma once

#include "support/environment.hpp"

#include <boost/json/fwd.hpp>

#include <map>
#include <optional>
#include <string>

namespace nixbuild::config {

struct JsonPlace;

// One entry of "auths".
struct Login {
  std::string username;
  std::string password;
  std::string identity_token;
  std::string registry_token;
};

// Where the docker CLI keeps logins, as config.json tells (cli/config/configfile/file.go).
struct Logins {
  std::map<std::string, Login> stored;        // "auths", by the key as it is written
  std::map<std::string, std::string> helpers; // "credHelpers"
  std::string store;                          // "credsStore"
  bool configured = false;                    // one of the three keys is there
};

// Reads the three keys of `document`, the object that config.json is. Throws an Error of kind
// corrupt: like the CLI for one bad entry, and without what is in it.
[[nodiscard]] Logins decode_logins(const boost::json::object& document, const JsonPlace& place);

// The login for exactly `key` in DOCKER_AUTH_CONFIG. A variable that cannot be understood is an
// Error of kind invalid_input.
[[nodiscard]] std::optional<Login> login_of_variable(const Environment& environment,
                                                     const std::string& key);

} // namespace nixbuild::config
