#pragma once

#include "engine/engine.hpp"
#include "engine/refusal.hpp"
#include "support/format.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace nixbuild::engine {

// What the files that implement Engine share: requests as this engine takes them.
struct Engine::Impl {
  std::unique_ptr<http::Client> client;
  std::shared_ptr<http::Connector> connector;
  ConnectionOptions options;
  std::optional<Facts> facts;

  // `path` begins with a slash; the API version is put before it where one was agreed on.
  [[nodiscard]] http::Request request(std::string method, const std::string& path) const {
    const std::string version = facts ? format("/v{}", facts->api.str()) : std::string();
    return {.method = std::move(method),
            .target = options.base_path + version + path,
            .headers = options.headers};
  }

  [[nodiscard]] http::Response ask(http::Request request, const CancelToken& cancel) const {
    request.time_limit = options.answer_limit;
    return http::fetch(*client, request, cancel);
  }

  // The body of a successful answer.
  [[nodiscard]] std::string get(const std::string& path, const CancelToken& cancel) const {
    return body_of(path, ask(request("GET", path), cancel));
  }

  // The same for what takes longer the more images there are.
  [[nodiscard]] std::string get_list(const std::string& path, const CancelToken& cancel) const {
    return body_of(path, http::fetch(*client, request("GET", path), cancel));
  }

  static std::string body_of(const std::string& path, http::Response response) {
    if (response.head.status != 200) {
      throw refusal(format("answer GET {}", path),
                    daemon_text(response.head.status, response.body));
    }
    return std::move(response.body);
  }
};

} // namespace nixbuild::engine
