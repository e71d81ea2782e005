#pragma once

#include "config/docker_config.hpp"
#include "context/global_flags.hpp"
#include "support/environment.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace nixbuild::context {

// What made a context the current one, highest precedence first (docker/cli cli/command/cli.go).
enum class Origin { context_flag, host_flag, docker_host, docker_context, config_file, built_in };

struct TlsFiles {
  std::filesystem::path ca, cert, key; // empty when not used
  bool skip_verify = false;
};

struct Endpoint {
  enum class Scheme { unix_socket, tcp, ssh };
  Scheme scheme = Scheme::unix_socket;
  std::string host;             // as docker shows it: "unix:///var/run/docker.sock"
  std::filesystem::path socket; // for unix_socket
  std::string base_path;        // for tcp: prefix of every request's path, or empty
  std::optional<TlsFiles> tls;  // for tcp
};

struct Context {
  std::string name;
  Origin origin = Origin::built_in;
  std::string description;
  Endpoint endpoint;
};

// "--context", "DOCKER_HOST", … as a person knows it.
[[nodiscard]] std::string to_string(Origin origin);

// The name of the context that is meant, whether there is one of that name or not; "default" for
// one that a host makes.
[[nodiscard]] std::string current_context_name(const GlobalFlags& flags,
                                               const config::DockerConfig& config,
                                               const Environment& environment);

// Which engine is meant: exactly the docker CLI's precedence, host grammar, store layout and TLS
// rules. Throws an Error: not_found for a context that is not in the store (with the names that
// are) and for certificates that are not there, corrupt for a store that cannot be read,
// invalid_input for -H beside --context, which docker does not count as usage either, and for a
// host that cannot be understood.
[[nodiscard]] Context resolve_context(const GlobalFlags& flags, const config::DockerConfig& config,
                                      const Environment& environment);

} // namespace nixbuild::context
