#pragma once

#include "http/client.hpp"
#include "support/cancel.hpp"
#include "support/error.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace nixbuild::http {

// How much a server has to prove.
struct Trust {
  std::optional<std::filesystem::path> authorities; // PEM file, beside those of the system
  bool unverified = false;                          // any certificate will do
};

// A server was reached, and its certificate proves nothing to us.
class CertificateRefused : public Error {
public:
  using Error::Error;
  explicit CertificateRefused(Error error) : Error(std::move(error)) {}
};

// The servers of the Internet, named by URL ("https://registry.example/v2/"). Takes proxies from
// the environment as curl does. Thread-safe; keeps connections between exchanges.
class Web {
public:
  Web() = default;
  Web(const Web&) = delete;
  Web& operator=(const Web&) = delete;
  virtual ~Web() = default;

  // As Client::exchange: `request.target` stands for nothing, the URL says it all. Redirects are
  // answers like any other. Throws an Error as that does; unavailable says what kept the server
  // from being reached (name, connection; a certificate by a CertificateRefused).
  virtual ResponseHead exchange(const std::string& url, const Request& request, const Trust& trust,
                                const BodyHandler& on_body, const CancelToken& cancel) = 0;
};

} // namespace nixbuild::http
