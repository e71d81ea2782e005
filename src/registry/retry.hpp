#pragma once

#include "http/client.hpp"
#include "support/cancel.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

namespace nixbuild::registry {

// How often and how slowly something is tried again, and the clock for that.
struct Patience {
  int tries = 5;
  // Waits that long. Throws an Error of kind cancelled.
  std::function<void(std::chrono::milliseconds, const CancelToken&)> pause;
  std::function<double()> jitter; // from 0 to 1
  std::function<std::chrono::system_clock::time_point()> now;
};

// With a real clock.
[[nodiscard]] Patience real_patience();

// Whether an answer says "not now".
[[nodiscard]] bool is_passing(int status);

// The pause before try number `next` (from 2): half a second, doubled each time, less up to a half
// by jitter; or what Retry-After of `answer` says. At most a minute.
[[nodiscard]] std::chrono::milliseconds pause_before(int next, const Patience& patience,
                                                     const http::ResponseHead* answer);

// What Retry-After (RFC 9110, 10.2.3) means: seconds, or a date.
[[nodiscard]] std::optional<std::chrono::milliseconds>
parse_retry_after(std::string_view text, std::chrono::system_clock::time_point now);

// Calls `attempt()` until it returns a Response whose status is not passing, or the tries are used
// up; Errors of kind unavailable count as passing. Gives the last answer, or throws the last Error.
[[nodiscard]] http::Response retrying(const Patience& patience, const CancelToken& cancel,
                                      const std::function<http::Response()>& attempt);

} // namespace nixbuild::registry
