#include "context/context.hpp"

#include "context/host.hpp"
#include "context/store.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

namespace nixbuild::context {

namespace fs = std::filesystem;

namespace {

constexpr const char* default_name = "default";

struct Choice {
  std::string name;
  Origin origin;
};

Choice choose(const GlobalFlags& flags, const config::DockerConfig& config,
              const Environment& environment) {
  if (flags.context && !flags.context->empty()) return {*flags.context, Origin::context_flag};
  if (!flags.hosts.empty()) return {default_name, Origin::host_flag};
  if (environment.get("DOCKER_HOST")) return {default_name, Origin::docker_host};
  if (const auto name = environment.get("DOCKER_CONTEXT")) return {*name, Origin::docker_context};
  if (!config.current_context.empty()) return {config.current_context, Origin::config_file};
  return {default_name, Origin::built_in};
}

// Certificates are looked for where DOCKER_CONFIG says, whatever --config says.
fs::path certificate_directory(const Environment& environment) {
  if (const auto path = environment.get("DOCKER_CERT_PATH")) return *path;
  return config::docker_config_directory(std::nullopt, environment);
}

// A certificate or key that was not named is left out when it is not there.
fs::path certificate(const std::optional<std::string>& named, const fs::path& usual) {
  if (named) return *named;
  std::error_code ignored;
  return fs::exists(usual, ignored) ? usual : fs::path();
}

std::optional<TlsFiles> tls_of_default(const GlobalFlags& flags, const Environment& environment) {
  // Any value counts as yes, "0" too.
  const bool verify = flags.tls_verify.value_or(environment.get("DOCKER_TLS_VERIFY").has_value());
  if (!flags.tls && !verify && !environment.get("DOCKER_TLS")) return std::nullopt;

  const fs::path folder = certificate_directory(environment);
  TlsFiles files{.ca = flags.tls_ca_cert.value_or((folder / "ca.pem").string()),
                 .cert = certificate(flags.tls_cert, folder / "cert.pem"),
                 .key = certificate(flags.tls_key, folder / "key.pem"),
                 .skip_verify = !verify};
  std::error_code ignored;
  if (!fs::exists(files.ca, ignored)) {
    throw Error(ErrorKind::not_found,
                format("TLS is on, and its CA certificate {} does not exist", files.ca.string()))
        .with_hint("set DOCKER_CERT_PATH, or unset DOCKER_TLS and DOCKER_TLS_VERIFY "
                   "(DOCKER_TLS_VERIFY=0 means yes, too)");
  }
  return files;
}

Context default_context(const GlobalFlags& flags, Origin origin, const Environment& environment) {
  Context context{.name = default_name, .origin = origin};
  const auto tls = tls_of_default(flags, environment);
  if (!flags.hosts.empty()) {
    if (flags.hosts.size() > 1) {
      throw Error(ErrorKind::invalid_input, "specify only one -H");
    }
    context.endpoint = parse_host(flags.hosts.front());
  } else if (const auto host = environment.get("DOCKER_HOST")) {
    context.endpoint = parse_host(*host);
  } else {
    context.endpoint = default_endpoint(tls.has_value());
  }
  if (context.endpoint.scheme == Endpoint::Scheme::tcp) context.endpoint.tls = tls;
  return context;
}

Error no_such_context(const Choice& choice, const fs::path& config_directory) {
  std::vector<std::string> names = stored_names(config_directory);
  names.insert(names.begin(), default_name);
  return Error(ErrorKind::not_found, format("the context '{}' (from {}) does not exist",
                                            choice.name, to_string(choice.origin)))
      .with_hint(format("contexts here: {}", fmt::join(names, ", ")));
}

} // namespace

std::string to_string(Origin origin) {
  switch (origin) {
  case Origin::context_flag:
    return "--context";
  case Origin::host_flag:
    return "--host";
  case Origin::docker_host:
    return "DOCKER_HOST";
  case Origin::docker_context:
    return "DOCKER_CONTEXT";
  case Origin::config_file:
    return "config.json";
  case Origin::built_in:
    break;
  }
  return "default";
}

Context resolve_context(const GlobalFlags& flags, const config::DockerConfig& config,
                        const Environment& environment) {
  if (flags.context && !flags.context->empty() && !flags.hosts.empty()) {
    throw Error(ErrorKind::invalid_input,
                "conflicting options: cannot specify both --host and --context");
  }
  const Choice choice = choose(flags, config, environment);
  if (choice.name == default_name) return default_context(flags, choice.origin, environment);
  auto stored = find_stored(config.directory, choice.name);
  if (!stored) throw no_such_context(choice, config.directory);
  return {.name = choice.name,
          .origin = choice.origin,
          .description = std::move(stored->description),
          .endpoint = std::move(stored->endpoint)};
}

} // namespace nixbuild::context
