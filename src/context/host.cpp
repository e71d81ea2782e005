#include "context/host.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <charconv>

namespace nixbuild::context {

namespace {

using Scheme = Endpoint::Scheme;

constexpr std::string_view default_socket = "/var/run/docker.sock";
constexpr std::string_view scheme_end = "://";

Error bad_host(std::string_view text, std::string_view reason) {
  return Error(ErrorKind::invalid_input,
               format("cannot use the engine host '{}': {}", text, reason))
      .with_hint("hosts look like unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host");
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

Endpoint unix_endpoint(std::string_view path) {
  if (path.empty()) path = default_socket;
  return {.scheme = Scheme::unix_socket, .host = format("unix://{}", path), .socket = path};
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, port);
  return error == std::errc{} && rest == end && port <= 65535;
}

// "[host][:port][/path]": the host defaults to localhost and the port to 2375, TLS or not.
Endpoint tcp_endpoint(std::string_view text, std::string_view rest) {
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view authority = rest.substr(0, slash);
  const std::string_view path = rest.substr(slash);

  std::string_view host = authority;
  std::string_view port = "2375";
  const std::size_t colon = authority.rfind(':');
  const bool colon_in_brackets =
      colon != std::string_view::npos && authority.find(']', colon) != std::string_view::npos;
  if (colon != std::string_view::npos && !colon_in_brackets) {
    host = authority.substr(0, colon);
    if (const std::string_view given = authority.substr(colon + 1); !given.empty()) port = given;
  }
  if (!is_port(port)) throw bad_host(text, format("'{}' is not a port", port));
  if (host.empty()) host = "localhost";
  Endpoint endpoint{.scheme = Scheme::tcp, .host = format("tcp://{}:{}{}", host, port, path)};
  if (path != "/") endpoint.base_path = path;
  while (endpoint.base_path.ends_with('/'))
    endpoint.base_path.pop_back();
  return endpoint;
}

} // namespace

Endpoint parse_host(std::string_view given) {
  const std::string_view text = trimmed(given);
  const std::size_t at = text.find(scheme_end);
  if (at == std::string_view::npos) return tcp_endpoint(text, text);
  const std::string_view scheme = text.substr(0, at);
  const std::string_view rest = text.substr(at + scheme_end.size());
  if (scheme == "unix") return unix_endpoint(rest);
  if (scheme == "tcp") return tcp_endpoint(text, rest);
  if (scheme == "ssh") return {.scheme = Scheme::ssh, .host = std::string(text)};
  if (scheme == "fd")
    throw bad_host(text, "fd:// is for the daemon, which is given its sockets so");
#ifdef _WIN32
  if (scheme == "npipe") return {.scheme = Scheme::npipe, .host = std::string(text)};
#else
  if (scheme == "npipe") throw bad_host(text, "named pipes exist only on Windows");
#endif
  throw bad_host(text, "invalid bind address format");
}

Endpoint default_endpoint(bool tls) {
  return tls ? parse_host("tcp://localhost:2376") : unix_endpoint(default_socket);
}

Endpoint parse_stored_host(const std::string& host, const std::string& context_name) {
  if (host.find(scheme_end) == std::string::npos) {
    throw Error(
        ErrorKind::invalid_input,
        format("the context '{}' has an engine host without a scheme: '{}'", context_name, host))
        .with_hint(format("docker context update {} --docker host=unix://{}", context_name, host));
  }
  return with_frame(format("reading the context '{}'", context_name),
                    [&] { return parse_host(host); });
}

} // namespace nixbuild::context
