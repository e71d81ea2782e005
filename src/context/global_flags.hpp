#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nixbuild::context {

// The docker CLI's own flags, as they stood before the plugin's name (docker/cli
// cli/flags/options.go). Absent means not given.
struct GlobalFlags {
  std::optional<std::string> config_directory; // --config
  std::optional<std::string> context;          // -c, --context
  std::vector<std::string> hosts;              // -H, --host
  std::optional<std::string> log_level;        // -l, --log-level
  bool debug = false;                          // -D, --debug
  std::optional<bool> tls;                     // --tls
  std::optional<bool> tls_verify;              // --tlsverify
  std::optional<std::string> tls_ca_cert;      // --tlscacert
  std::optional<std::string> tls_cert;         // --tlscert
  std::optional<std::string> tls_key;          // --tlskey

  // All of them as they were typed, to start the docker CLI with the same meaning.
  std::vector<std::string> as_typed;

  bool operator==(const GlobalFlags&) const = default;
};

} // namespace nixbuild::context
