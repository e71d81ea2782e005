#include "registry/token.hpp"

#include "registry/errors.hpp"
#include "registry/retry.hpp"
#include "registry/url.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <fmt/ranges.h>

#include <algorithm>

namespace nixbuild::registry {

namespace json = boost::json;

namespace {

constexpr std::chrono::seconds default_life{60}; // distribution's token specification
constexpr std::chrono::hours longest_life{24};
constexpr std::string_view client_name = "docker-nixbuild";

// The first of the two schemes that we know.
std::optional<Challenge> choose(const http::ResponseHead& head) {
  std::vector<Challenge> all;
  for (const auto& [name, value] : head.headers) {
    if (!http::same_header(name, "WWW-Authenticate")) continue;
    for (Challenge& challenge : parse_challenges(value))
      all.push_back(std::move(challenge));
  }
  for (const std::string_view scheme : {"bearer", "basic"}) {
    const auto found = std::ranges::find(all, scheme, &Challenge::scheme);
    if (found != all.end()) return *found;
  }
  return std::nullopt;
}

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(std::string_view(value->get_string()))
                                                : std::string();
}

} // namespace

Authorizer::Authorizer(Registry registry, Credentials credentials, Exchange exchange,
                       std::function<std::chrono::system_clock::time_point()> now)
    : registry_(std::move(registry))
    , credentials_(std::move(credentials))
    , exchange_(std::move(exchange))
    , now_(std::move(now)) {}

std::string Authorizer::header(const Scopes& scopes, const CancelToken& cancel) {
  if (!credentials_.registry_token.empty()) return "Bearer " + credentials_.registry_token;
  const std::scoped_lock lock(mutex_);
  return challenge_ ? current(scopes, cancel) : std::string();
}

std::string Authorizer::renew(const http::Response& answer, const std::string& used,
                              const Scopes& scopes, const CancelToken& cancel) {
  if (!credentials_.registry_token.empty()) throw refused(answer);
  const std::scoped_lock lock(mutex_);
  // Somebody else may have renewed it meanwhile.
  const auto known = tokens_.find(scopes);
  if (known != tokens_.end() && "Bearer " + known->second.text != used)
    return current(scopes, cancel);
  std::optional<Challenge> challenge = choose(answer.head);
  if (!challenge) throw refused(answer);
  challenge_ = std::move(challenge);
  tokens_.erase(scopes);
  std::string next = current(scopes, cancel);
  if (next.empty() || next == used) throw refused(answer);
  return next;
}

std::string Authorizer::current(const Scopes& scopes, const CancelToken& cancel) {
  if (challenge_->scheme == "basic") return basic();
  const auto known = tokens_.find(scopes);
  if (known != tokens_.end() && now_() < known->second.expires)
    return "Bearer " + known->second.text;
  Token token = ask(scopes, cancel);
  return "Bearer " + tokens_.insert_or_assign(scopes, std::move(token)).first->second.text;
}

// Empty without a password.
std::string Authorizer::basic() const {
  if (credentials_.password.empty()) return {};
  return "Basic " + base64(credentials_.username + ":" + credentials_.password);
}

Authorizer::Token Authorizer::ask(const Scopes& scopes, const CancelToken& cancel) {
  const std::string realm = challenge_->parameter("realm");
  check_realm(realm);
  if (!credentials_.identity_token.empty()) {
    if (std::optional<Token> token = ask_oauth(realm, scopes, cancel)) return std::move(*token);
  }
  std::string url = realm;
  const std::string service = challenge_->parameter("service");
  if (!service.empty()) url = with_parameter(url, "service", service);
  for (const std::string& scope : scopes)
    url = with_parameter(url, "scope", scope);
  http::Request request;
  if (std::string value = basic(); !value.empty())
    request.headers.emplace_back("Authorization", std::move(value));
  const http::Response answer = exchange_(url, request, cancel);
  if (answer.head.status == 403) throw RightsRefused(refused(answer));
  if (answer.head.status != 200) throw refused(answer);
  return read_token(answer.body);
}

// Nothing from a server that knows only the older way.
std::optional<Authorizer::Token>
Authorizer::ask_oauth(const std::string& realm, const Scopes& scopes, const CancelToken& cancel) {
  using http::percent_encode;
  const http::Request request{
      .method = "POST",
      .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
      .body = format("grant_type=refresh_token&service={}&client_id={}&scope={}&refresh_token={}",
                     percent_encode(challenge_->parameter("service")), client_name,
                     percent_encode(format("{}", fmt::join(scopes, " "))),
                     percent_encode(credentials_.identity_token))};
  const http::Response answer = exchange_(realm, request, cancel);
  if (answer.head.status == 404 || answer.head.status == 405) return std::nullopt;
  if (answer.head.status == 403) throw RightsRefused(refused(answer));
  if (answer.head.status != 200) throw refused(answer);
  return read_token(answer.body);
}

Authorizer::Token Authorizer::read_token(const std::string& body) const {
  boost::system::error_code error;
  const json::value document = json::parse(body, error);
  if (!error && document.is_object()) {
    const json::object& object = document.get_object();
    std::string text = text_member(object, "token");
    if (text.empty()) text = text_member(object, "access_token");
    const json::value* life = object.if_contains("expires_in");
    std::chrono::seconds seconds = default_life;
    if (life != nullptr && life->is_number())
      seconds = std::chrono::seconds(static_cast<std::int64_t>(
          std::clamp(life->to_number<double>(error), 0.0,
                     std::chrono::duration<double>(longest_life).count())));
    // A tenth less, so that it does not expire on the way.
    if (!text.empty() && text.find_first_of("\r\n") == std::string::npos)
      return {.text = std::move(text), .expires = now_() + seconds - seconds / 10};
  }
  throw Error(ErrorKind::corrupt,
              format("the token server of {} answered without a token", registry_.domain));
}

void Authorizer::check_realm(const std::string& realm) const {
  const std::string origin = origin_of(realm);
  const bool plain = registry_.address.starts_with("http://");
  if (origin.starts_with("https://") || (plain && !origin.empty())) return;
  throw Error(ErrorKind::refused,
              format("{} wants a login to be sent to '{}', which is not protected by TLS",
                     registry_.domain, realm));
}

Error Authorizer::refused(const http::Response& answer) const {
  if (is_passing(answer.head.status)) return refusal("get a token", registry_.domain, answer);
  const bool nobody = credentials_.password.empty() && credentials_.identity_token.empty() &&
                      credentials_.registry_token.empty();
  return Error(ErrorKind::refused,
               nobody ? format("{} wants a login", registry_.domain)
                      : format("{} does not accept the login that docker has for it",
                               registry_.domain))
      .with_detail(words_of(answer.body))
      .with_hint(login_hint(registry_.domain));
}

} // namespace nixbuild::registry
