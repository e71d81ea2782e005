#pragma once

#include "http/web.hpp"
#include "support/error.hpp"

#include <algorithm>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nixbuild::fakes {

struct WebRequest {
  std::string method;
  std::string url;
  http::Headers headers;
  std::string body;
  bool unverified = false;

  [[nodiscard]] std::string header(const std::string& name) const {
    return http::ResponseHead{.headers = headers}.header(name).value_or("");
  }
};

struct WebReply {
  int status = 200;
  http::Headers headers = {};
  std::string body = {};
};

// An Internet that is a function. Thread-safe: the function is called once at a time.
class FakeWeb : public http::Web {
public:
  // May throw what http::Web throws.
  using Handler = std::function<WebReply(const WebRequest&)>;

  explicit FakeWeb(Handler handler) : handler_(std::move(handler)) {}

  // Where request number n (from 0) breaks off: before the server has got it, after so many bytes
  // of its body, or when it was done and the answer is on its way.
  struct Cut {
    std::size_t request = 0;
    std::optional<std::size_t> body_bytes = {};
    bool answer_only = false;
  };
  std::optional<Cut> cut;

  http::ResponseHead exchange(const std::string& url, const http::Request& request,
                              const http::Trust& trust, const http::BodyHandler& on_body,
                              const CancelToken& cancel) override {
    cancel.throw_if_cancelled();
    WebRequest seen{.method = request.method,
                    .url = url,
                    .headers = request.headers,
                    .body = request.body,
                    .unverified = trust.unverified};
    if (request.stream) {
      StringSink sink;
      request.stream(sink);
      seen.body = std::move(sink.text);
      if (seen.body.size() != request.stream_size)
        throw Error(ErrorKind::internal, "the body has another size than announced");
    }
    const std::scoped_lock lock(mutex_);
    const bool cut_now = cut && cut->request == requests_.size();
    requests_.push_back(seen);
    if (cut_now && cut->body_bytes) {
      seen.body.resize(std::min(seen.body.size(), *cut->body_bytes));
      (void)handler_(seen);
    }
    if (cut_now && !cut->answer_only) lost();
    WebReply reply = handler_(seen);
    if (cut_now) lost();
    http::ResponseHead head{.status = reply.status, .headers = std::move(reply.headers)};
    if (!reply.body.empty() && request.method != "HEAD") on_body(head, reply.body);
    return head;
  }

  [[nodiscard]] std::vector<WebRequest> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

private:
  struct StringSink final : archive::Sink {
    void write(std::span<const std::byte> data) override {
      text.append(reinterpret_cast<const char*>(data.data()), data.size());
    }
    std::string text;
  };

  [[noreturn]] static void lost() { throw Error(ErrorKind::unavailable, "the connection was cut"); }

  Handler handler_;
  mutable std::mutex mutex_;
  std::vector<WebRequest> requests_;
};

} // namespace nixbuild::fakes
