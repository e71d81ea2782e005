#pragma once

#include "http/web.hpp"
#include "registry/repository.hpp"
#include "registry/retry.hpp"
#include "registry/token.hpp"
#include "support/cancel.hpp"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>

namespace nixbuild::registry {

// What a request does to a repository, which says which rights it needs.
enum class Access { read, write };

// One request in words of the registry.
struct Call {
  http::Request request;
  std::string url; // absolute, or a path behind the repository's own ("/manifests/latest")
  Access access = Access::read;
  std::string also_read = {};                // another repository that it reads
  std::size_t limit = std::size_t{1} << 20U; // of the answer's body
};

// Requests to one repository: finds the registry, shows who we are, follows redirects.
// Thread-safe.
class Session {
public:
  Session(http::Web& web, const oci::Reference& name, Credentials credentials, Settings settings,
          Patience patience);

  // Tries again what may pass.
  [[nodiscard]] http::Response send(const Call& call, const CancelToken& cancel);
  // Does not, except for a token that has expired.
  [[nodiscard]] http::Response send_once(const Call& call, const CancelToken& cancel);

  [[nodiscard]] const std::string& domain() const { return domain_; }
  // What people call the repository.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const Patience& patience() const { return patience_; }
  // `location` of an answer to `url`, absolute.
  [[nodiscard]] std::string locate(const std::string& url, const http::ResponseHead& head,
                                   const CancelToken& cancel);

private:
  [[nodiscard]] std::string absolute(const std::string& url, const CancelToken& cancel);
  [[nodiscard]] const std::string& address(const CancelToken& cancel);
  [[nodiscard]] Authorizer& authorizer(const CancelToken& cancel);
  [[nodiscard]] bool reads_as_writer(const Call& call) const;
  [[nodiscard]] Scopes scopes_of(const Call& call, bool write) const;
  [[nodiscard]] http::Response exchange(const std::string& url, const http::Request& request,
                                        std::size_t limit, const CancelToken& cancel);
  [[nodiscard]] http::Response authorized(const std::string& url, const Call& call,
                                          const CancelToken& cancel);
  [[nodiscard]] http::Response with_rights(const Scopes& scopes, const std::string& url,
                                           const Call& call, const CancelToken& cancel);

  http::Web& web_;
  const std::string domain_;
  const std::string path_;
  const std::string name_;
  const Credentials credentials_;
  const Settings settings_;
  const Patience patience_;

  std::mutex mutex_;
  std::string address_; // once found
  std::optional<Authorizer> authorizer_;
  std::atomic<bool> may_only_read_ = false;
};

} // namespace nixbuild::registry
