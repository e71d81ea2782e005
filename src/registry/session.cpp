#include "registry/session.hpp"

#include "registry/endpoint.hpp"
#include "registry/errors.hpp"
#include "registry/url.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <utility>

namespace nixbuild::registry {

namespace {

constexpr int most_redirects = 5;
constexpr std::size_t largest_token_answer = std::size_t{1} << 20U;

// The others may turn what is sent into a GET (RFC 9110, 15.4), so they are for reads alone.
bool is_redirect(int status, const http::Request& request) {
  if (status == 307 || status == 308) return true;
  const bool reads = request.method == "GET" || request.method == "HEAD";
  return reads && (status == 301 || status == 302 || status == 303);
}

} // namespace

Session::Session(http::Web& web, const oci::Reference& name, Credentials credentials,
                 Settings settings, Patience patience)
    : web_(web)
    , domain_(name.domain())
    , path_(name.path())
    , name_(name.familiar_repository())
    , credentials_(std::move(credentials))
    , settings_(std::move(settings))
    , patience_(std::move(patience)) {}

http::Response Session::send(const Call& call, const CancelToken& cancel) {
  return retrying(patience_, cancel, [&] { return send_once(call, cancel); });
}

http::Response Session::send_once(const Call& call, const CancelToken& cancel) {
  std::string url = absolute(call.url, cancel);
  for (int redirects = 0;; ++redirects) {
    http::Response answer = authorized(url, call, cancel);
    if (!is_redirect(answer.head.status, call.request)) return answer;
    if (redirects == most_redirects)
      throw Error(ErrorKind::corrupt, format("{} redirects in circles", domain_));
    std::string next = locate(url, answer.head, cancel);
    if (url.starts_with("https:") && !next.starts_with("https:"))
      throw Error(ErrorKind::refused, format("{} redirects to {}, which is not protected by TLS",
                                             domain_, origin_of(next)));
    url = std::move(next);
  }
}

http::Response Session::authorized(const std::string& url, const Call& call,
                                   const CancelToken& cancel) {
  // Nobody else gets to know who we are.
  if (origin_of(url) != origin_of(address(cancel)))
    return exchange(url, call.request, call.limit, cancel);
  if (!reads_as_writer(call))
    return with_rights(scopes_of(call, call.access == Access::write), url, call, cancel);
  try {
    return with_rights(scopes_of(call, true), url, call, cancel);
  } catch (const RightsRefused&) {
    may_only_read_ = true;
  }
  return with_rights(scopes_of(call, false), url, call, cancel);
}

http::Response Session::with_rights(const Scopes& scopes, const std::string& url, const Call& call,
                                    const CancelToken& cancel) {
  Authorizer& authorizer = this->authorizer(cancel);
  std::string authorization = authorizer.header(scopes, cancel);
  http::Request request = call.request;
  if (!authorization.empty()) request.headers.emplace_back("Authorization", authorization);
  http::Response answer = exchange(url, request, call.limit, cancel);
  if (answer.head.status != 401) return answer;
  authorization = authorizer.renew(answer, authorization, scopes, cancel);
  request = call.request;
  request.headers.emplace_back("Authorization", authorization);
  answer = exchange(url, request, call.limit, cancel);
  if (answer.head.status == 401) throw authorizer.refused(answer);
  return answer;
}

http::Response Session::exchange(const std::string& url, const http::Request& request,
                                 std::size_t limit, const CancelToken& cancel) {
  std::string body;
  http::ResponseHead head = web_.exchange(
      url, request, {.authorities = settings_.authorities, .unverified = settings_.insecure},
      [&](const http::ResponseHead&, std::string_view chunk) {
        if (chunk.size() > limit - body.size())
          throw Error(ErrorKind::corrupt,
                      format("an answer of {} is larger than {}", domain_, format_bytes(limit)));
        body += chunk;
      },
      cancel);
  return {.head = std::move(head), .body = std::move(body)};
}

std::string Session::locate(const std::string& url, const http::ResponseHead& head,
                            const CancelToken& cancel) {
  const auto location = head.header("Location");
  if (!location)
    throw Error(ErrorKind::corrupt,
                format("{} answered with status {} and no location", domain_, head.status));
  return resolve(absolute(url, cancel), *location);
}

std::string Session::absolute(const std::string& url, const CancelToken& cancel) {
  if (!url.starts_with('/')) return url;
  return format("{}/v2/{}{}", address(cancel), path_, url);
}

const std::string& Session::address(const CancelToken& cancel) {
  const std::scoped_lock lock(mutex_);
  if (address_.empty()) address_ = find_address(web_, server_of(domain_), settings_, cancel);
  return address_;
}

Authorizer& Session::authorizer(const CancelToken& cancel) {
  const std::string& found = address(cancel);
  const std::scoped_lock lock(mutex_);
  if (!authorizer_) {
    authorizer_.emplace(
        Authorizer::Registry{.domain = domain_, .address = found}, credentials_,
        [this](const std::string& url, const http::Request& request, const CancelToken& stop) {
          return exchange(url, request, largest_token_answer, stop);
        },
        patience_.now);
  }
  return *authorizer_;
}

// Who is logged in reads with the token that will write, and so asks for one token only; some token
// servers refuse rights to write altogether to who has none.
bool Session::reads_as_writer(const Call& call) const {
  const bool nobody = credentials_.password.empty() && credentials_.identity_token.empty();
  return call.access == Access::read && !nobody && !may_only_read_;
}

Scopes Session::scopes_of(const Call& call, bool write) const {
  Scopes scopes{format("repository:{}:{}", path_, write ? "pull,push" : "pull")};
  if (!call.also_read.empty()) scopes.push_back(format("repository:{}:pull", call.also_read));
  return scopes;
}

} // namespace nixbuild::registry
