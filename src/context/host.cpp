#include "context/host.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::context {

namespace {

using Scheme = Endpoint::Scheme;

constexpr std::string_view default_socket = "/var/run/docker.sock";
constexpr std::string_view default_tcp_host = "localhost";
constexpr std::string_view default_tcp_port = "2375";
constexpr std::string_view scheme_end = "://";

// What a host is for messages.
struct Given {
  std::string_view text;
  std::string_view origin;

  [[nodiscard]] Error refuse(std::string_view reason) const {
    return Error(ErrorKind::invalid_input,
                 format("cannot use the engine host \"{}\" (from {}): {}", text, origin, reason))
        .with_hint("hosts look like unix:///var/run/docker.sock, tcp://host:2376 or "
                   "ssh://user@host");
  }
  [[nodiscard]] Error suggest(std::string_view reason, std::string_view better) const {
    return refuse(reason).with_hint(format("write {}", better));
  }
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// What may stand in a URL at all (RFC 3986), percent signs only before two hex digits.
bool is_url_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return false;
    if (c != '%') continue;
    if (i + 2 >= text.size() || !is_hex_digit(text[i + 1]) || !is_hex_digit(text[i + 2])) {
      return false;
    }
  }
  return true;
}

// "[user[:password]@]host[:port][/path][?query][#fragment]"
struct Location {
  std::string_view user, host, port, path, query, fragment;
  bool has_password = false;
};

// Cuts `text` at the first `mark`; the part from the mark on is removed from it and returned.
std::string_view cut_from(std::string_view& text, std::string_view marks) {
  const std::size_t at = std::min(text.find_first_of(marks), text.size());
  const std::string_view tail = text.substr(at);
  text.remove_suffix(tail.size());
  return tail;
}

void split_port(Location& location, const Given& given) {
  const std::string_view authority = location.host;
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string_view::npos) return;
  const bool bracketed = authority.starts_with('[');
  if (bracketed && authority.ends_with(']')) return;
  // A bare IPv6 address, which cannot be told from its port.
  if (!bracketed && authority.find(':') != colon) return;
  location.host = authority.substr(0, colon);
  location.port = authority.substr(colon + 1);
  if (!std::ranges::all_of(location.port, is_digit)) {
    throw given.refuse(format("\"{}\" is not a port", location.port));
  }
}

Location split(std::string_view text, const Given& given) {
  if (!is_url_text(text)) throw given.refuse("it has a character that no address has");
  Location location;
  location.fragment = cut_from(text, "#");
  location.query = cut_from(text, "?");
  location.path = cut_from(text, "/");
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    location.user = text.substr(0, at);
    location.has_password = location.user.find(':') != std::string_view::npos;
    text.remove_prefix(at + 1);
  }
  location.host = text;
  split_port(location, given);
  return location;
}

Endpoint unix_endpoint(std::string_view path, const Given& given) {
  if (path.find(scheme_end) != std::string_view::npos) {
    throw given.refuse("a second scheme in the path of a socket");
  }
  return {.scheme = Scheme::unix_socket, .host = format("unix://{}", path), .socket = path};
}

Endpoint tcp_endpoint(const Location& location) {
  const bool bare_ipv6 =
      location.host.find(':') != std::string_view::npos && !location.host.starts_with('[');
  Endpoint endpoint{.scheme = Scheme::tcp};
  endpoint.host =
      bare_ipv6 ? format("tcp://[{}]", location.host) : format("tcp://{}", location.host);
  if (!location.port.empty()) endpoint.host += format(":{}", location.port);
  endpoint.host += location.path;
  endpoint.base_path = location.path;
  while (endpoint.base_path.ends_with('/'))
    endpoint.base_path.pop_back();
  return endpoint;
}

// ssh(1) itself is docker's business; what docker would refuse is refused here with a reason.
Endpoint ssh_endpoint(std::string_view rest, const Given& given) {
  const Location location = split(rest, given);
  if (location.has_password) throw given.refuse("a password in the address is not supported");
  if (location.host.empty() || location.host == "[]") throw given.refuse("no machine is named");
  if (!location.query.empty()) throw given.refuse("a query is not allowed");
  if (!location.fragment.empty()) throw given.refuse("a fragment is not allowed");
  return {.scheme = Scheme::ssh, .host = format("ssh://{}", rest)};
}

// The schemes that mean the same in both places, and the ones that nothing can dial.
Endpoint other_endpoint(std::string_view scheme, std::string_view rest, const Given& given) {
  if (scheme == "ssh") return ssh_endpoint(rest, given);
  if (scheme == "fd") throw given.refuse("fd:// is for the engine, which inherits its sockets");
  if (scheme == "npipe") throw given.refuse("named pipes exist on Windows only");
  if (scheme == "http" || scheme == "https") {
    throw given.suggest("the engine's protocol is called tcp", format("tcp://{}", rest));
  }
  throw given.refuse(format("nothing is known of the scheme \"{}\"", scheme));
}

Endpoint filled_in_tcp_endpoint(std::string_view rest, const Given& given) {
  Location location = split(rest, given);
  if (location.host.starts_with('[') && location.port.empty() && !rest.ends_with("]:")) {
    throw given.suggest("an address in brackets needs a port",
                        format("tcp://{}:{}", location.host, default_tcp_port));
  }
  if (location.host.empty()) location.host = default_tcp_host;
  if (location.port.empty()) location.port = default_tcp_port;
  return tcp_endpoint(location);
}

// To docker these name a tcp host: "/var/run/docker.sock" is localhost's port 2375 below a path.
void check_meant_as_tcp(const Given& given) {
  std::string_view path = given.text;
  if (path.starts_with("unix:")) path.remove_prefix(5);
  if (path.starts_with('/') || path.starts_with('.')) {
    throw given.suggest("without unix:// docker takes a path for a tcp address",
                        format("unix://{}", path));
  }
}

} // namespace

Endpoint parse_host(std::string_view text, std::string_view origin, bool tls) {
  const Given given{.text = trimmed(text), .origin = origin};
  if (given.text.empty()) return default_endpoint(tls);
  const std::size_t at = given.text.find(scheme_end);
  if (at == std::string_view::npos) {
    check_meant_as_tcp(given);
    return filled_in_tcp_endpoint(given.text, given);
  }
  const std::string_view scheme = given.text.substr(0, at);
  const std::string_view rest = given.text.substr(at + scheme_end.size());
  if (scheme == "unix") return unix_endpoint(rest.empty() ? default_socket : rest, given);
  if (scheme == "tcp") return filled_in_tcp_endpoint(rest, given);
  return other_endpoint(scheme, rest, given);
}

Endpoint default_endpoint(bool tls) {
  const Given given{.text = {}, .origin = {}};
  return tls ? filled_in_tcp_endpoint("localhost:2376", given)
             : unix_endpoint(default_socket, given);
}

Endpoint parse_stored_host(std::string_view host, std::string_view origin) {
  if (host.empty()) return default_endpoint(false);
  const Given given{.text = host, .origin = origin};
  const std::size_t at = host.find(scheme_end);
  if (at == std::string_view::npos) throw given.refuse("it has no scheme");
  const std::string_view scheme = host.substr(0, at);
  const std::string_view rest = host.substr(at + scheme_end.size());
  if (rest.empty()) throw given.refuse("nothing follows its scheme");
  if (scheme == "unix") return unix_endpoint(rest, given);
  if (scheme == "tcp") return tcp_endpoint(split(rest, given));
  return other_endpoint(scheme, rest, given);
}

} // namespace nixbuild::context
