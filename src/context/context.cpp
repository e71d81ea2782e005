#include "context/context.hpp"

#include "context/colima.hpp"
#include "context/host.hpp"
#include "context/store.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

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

void require_file(const fs::path& file, std::string_view what) {
  std::error_code ignored;
  if (file.empty() || fs::exists(file, ignored)) return;
  throw Error(ErrorKind::not_found,
              format("TLS is on, and its {} {} does not exist", what, file.string()))
      .with_hint("set DOCKER_CERT_PATH, or unset DOCKER_TLS and DOCKER_TLS_VERIFY "
                 "(DOCKER_TLS_VERIFY=0 means yes, too)");
}

// A certificate or key that was not named is left out when it is not there; a named one must be.
fs::path optional_file(const std::optional<std::string>& named, const fs::path& usual,
                       std::string_view what) {
  if (!named) {
    std::error_code ignored;
    return fs::exists(usual, ignored) ? usual : fs::path();
  }
  require_file(*named, what);
  return *named;
}

// Saying --tlsverify=false turns TLS on, too. Any value of a variable counts as yes, "0" too.
std::optional<TlsFiles> tls_of_default(const GlobalFlags& flags, const Environment& environment) {
  const bool verify = flags.tls_verify.value_or(environment.get("DOCKER_TLS_VERIFY").has_value());
  const bool on = flags.tls.value_or(environment.get("DOCKER_TLS").has_value());
  if (!on && !verify && !flags.tls_verify) return std::nullopt;

  const fs::path folder = certificate_directory(environment);
  TlsFiles files{.ca = flags.tls_ca_cert.value_or((folder / "ca.pem").string()),
                 .cert = optional_file(flags.tls_cert, folder / "cert.pem", "certificate"),
                 .key = optional_file(flags.tls_key, folder / "key.pem", "key"),
                 .skip_verify = !verify};
  // Even for a unix socket: docker reads it before it looks at the host.
  require_file(files.ca, "CA certificate");
  return files;
}

Context default_context(const GlobalFlags& flags, Origin origin, const Environment& environment) {
  if (flags.hosts.size() > 1) throw Error(ErrorKind::invalid_input, "specify only one -H");
  Context context{.name = default_name, .origin = origin};
  const auto tls = tls_of_default(flags, environment);
  const bool by_flag = !flags.hosts.empty();
  const std::string host =
      by_flag ? flags.hosts.front() : environment.get("DOCKER_HOST").value_or("");
  context.endpoint = parse_host(host, by_flag ? "--host" : "DOCKER_HOST", tls.has_value());
  if (context.endpoint.scheme == Endpoint::Scheme::tcp) context.endpoint.tls = tls;
  return context;
}

// Whether the docker CLI would let a context be called so.
bool is_possible_name(std::string_view name) {
  const auto letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const auto inner = [&](char c) {
    return letter_or_digit(c) || std::string_view("_.+-").find(c) != std::string_view::npos;
  };
  return name.size() >= 2 && letter_or_digit(name.front()) && std::ranges::all_of(name, inner);
}

Error no_such_context(const Choice& choice, const fs::path& config_directory) {
  std::vector<std::string> names = stored_names(config_directory);
  names.insert(names.begin(), default_name);
  std::string message =
      format("the context \"{}\" (from {}) does not exist", choice.name, to_string(choice.origin));
  if (!is_possible_name(choice.name)) message += ", and none can have that name";
  std::string hint = format("the contexts here are: {}", fmt::join(names, ", "));
  if (const std::string profile = colima_profile_of_context(choice.name); !profile.empty()) {
    hint = format("Colima removes its context when it stops: `colima start{}` brings it back; {}",
                  profile == "default" ? "" : " " + profile, hint);
  }
  return Error(ErrorKind::not_found, std::move(message)).with_hint(std::move(hint));
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

std::string current_context_name(const GlobalFlags& flags, const config::DockerConfig& config,
                                 const Environment& environment) {
  return choose(flags, config, environment).name;
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
