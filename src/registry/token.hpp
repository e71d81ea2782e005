#pragma once

#include "http/web.hpp"
#include "registry/challenge.hpp"
#include "registry/repository.hpp"
#include "support/cancel.hpp"
#include "support/error.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nixbuild::registry {

// "repository:library/alpine:pull,push"; several of them are one set of rights.
using Scopes = std::vector<std::string>;

// The token server knows who we are, and gives no token for so many rights.
class RightsRefused : public Error {
public:
  explicit RightsRefused(Error error) : Error(std::move(error)) {}
};

// Where tokens are asked for: sends one request and gives the answer.
using Exchange =
    std::function<http::Response(const std::string& url, const http::Request&, const CancelToken&)>;

// What goes into Authorization of the requests to one registry. Thread-safe; tokens are kept until
// shortly before they expire.
class Authorizer {
public:
  struct Registry {
    std::string domain;  // in references
    std::string address; // https://…
  };
  Authorizer(Registry registry, Credentials credentials, Exchange exchange,
             std::function<std::chrono::system_clock::time_point()> now);

  // The header's value for a request that needs `scopes`; empty before the registry has asked for
  // something. Throws an Error: refused when no token is given out (a RightsRefused when fewer
  // scopes may help), unavailable when it may be later.
  [[nodiscard]] std::string header(const Scopes& scopes, const CancelToken& cancel);

  // The registry answered 401 to a request that carried `used`. Gives what to send in its place.
  // Throws an Error of kind refused when there is nothing.
  [[nodiscard]] std::string renew(const http::Response& answer, const std::string& used,
                                  const Scopes& scopes, const CancelToken& cancel);

  // For an answer that does not want what renew() gave.
  [[nodiscard]] Error refused(const http::Response& answer) const;

private:
  struct Token {
    std::string text;
    std::chrono::system_clock::time_point expires;
  };

  std::string current(const Scopes& scopes, const CancelToken& cancel);
  Token ask(const Scopes& scopes, const CancelToken& cancel);
  std::optional<Token> ask_oauth(const std::string& realm, const Scopes& scopes,
                                 const CancelToken& cancel);
  Token read_token(const std::string& body) const;
  void check_realm(const std::string& realm) const;
  [[nodiscard]] std::string basic() const;
  const Registry registry_;
  const Credentials credentials_;
  const Exchange exchange_;
  const std::function<std::chrono::system_clock::time_point()> now_;

  std::mutex mutex_;
  std::optional<Challenge> challenge_;
  std::map<Scopes, Token> tokens_;
};

} // namespace nixbuild::registry
