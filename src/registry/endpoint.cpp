#include "registry/endpoint.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <chrono>

namespace nixbuild::registry {

namespace {

constexpr std::chrono::seconds probe_limit{15};

http::Trust trust_of(const Settings& settings) {
  return {.authorities = settings.authorities, .unverified = settings.insecure};
}

// Whether something answers at `address`, whatever it says.
bool answers(http::Web& web, const std::string& address, const Settings& settings,
             const CancelToken& cancel) {
  try {
    (void)web.exchange(
        address + "/v2/", {.time_limit = probe_limit}, trust_of(settings), [](const auto&, auto) {},
        cancel);
    return true;
  } catch (const http::CertificateRefused&) {
    throw;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unavailable) throw;
    return false;
  }
}

} // namespace

std::string server_of(const std::string& domain) {
  return domain == "docker.io" ? "registry-1.docker.io" : domain;
}

bool is_this_machine(std::string_view server) {
  if (server.starts_with('[')) return server == "[::1]" || server.starts_with("[::1]:");
  const std::string_view host = server.substr(0, server.find(':'));
  if (host == "localhost") return true;
  // 127.evil.example is not an address.
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
}

std::string find_address(http::Web& web, const std::string& server, const Settings& settings,
                         const CancelToken& cancel) {
  std::string tls = "https://" + server;
  if (!settings.insecure && !is_this_machine(server)) return tls;
  if (answers(web, tls, settings, cancel)) return tls;
  std::string plain = "http://" + server;
  if (answers(web, plain, settings, cancel)) return plain;
  throw Error(ErrorKind::unavailable, format("nothing answers at {}", server))
      .with_hint("is the registry running, and is its port part of the name?");
}

} // namespace nixbuild::registry
