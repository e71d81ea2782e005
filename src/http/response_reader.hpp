#pragma once

#include "http/client.hpp"

#include <memory>
#include <string_view>

namespace nixbuild::http {

// Understands the bytes of one HTTP/1.x answer, cut anywhere. Does no I/O itself. Interim answers
// (1xx) are passed over. Headers are bounded to 64 KiB; the body goes to the handler.
class ResponseReader {
public:
  // `to_head`: the answer is to a HEAD request, and so has no body whatever its headers say.
  ResponseReader(bool to_head, const BodyHandler& on_body);
  ~ResponseReader();
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;

  // Throw an Error of kind corrupt for what is not HTTP, and what the handler throws.
  void feed(std::string_view bytes);
  // The connection ended: completes an answer that has no other end. Anything else stays
  // incomplete.
  void feed_end();

  [[nodiscard]] bool started() const noexcept; // any byte was fed
  [[nodiscard]] bool complete() const noexcept;
  // Precondition: complete. Whether the server will answer another request here, which it will
  // not if bytes followed the answer.
  [[nodiscard]] bool reusable() const noexcept;
  [[nodiscard]] const ResponseHead& head() const noexcept;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace nixbuild::http
