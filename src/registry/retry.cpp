#include "registry/retry.hpp"

#include "http/web.hpp"
#include "support/error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <mutex>
#include <random>

#include <poll.h>

namespace nixbuild::registry {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_pause{500};
constexpr milliseconds longest_pause{60'000};

void wait_really(milliseconds pause, const CancelToken& cancel) {
  const auto end = std::chrono::steady_clock::now() + pause;
  while (true) {
    cancel.throw_if_cancelled();
    const auto left =
        std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0) return;
    pollfd watched{.fd = cancel.poll_fd(), .events = POLLIN, .revents = 0};
    ::poll(&watched, 1, static_cast<int>(left));
  }
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<std::chrono::system_clock::time_point> parse_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || !text.ends_with(" GMT") || text.substr(3, 2) != ", ")
    return std::nullopt;
  const auto day = number(text.substr(5, 2));
  const auto month = std::ranges::find(months, text.substr(8, 3));
  const auto year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  if (!day || month == months.end() || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date(
      std::chrono::year(*year),
      std::chrono::month(static_cast<unsigned>(month - months.begin() + 1)),
      std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

} // namespace

Patience real_patience() {
  struct Random {
    std::mutex mutex;
    std::minstd_rand engine{std::random_device()()};
  };
  const auto random = std::make_shared<Random>();
  return {.pause = wait_really,
          .jitter =
              [random] {
                const std::scoped_lock lock(random->mutex);
                return std::uniform_real_distribution<>()(random->engine);
              },
          .now = std::chrono::system_clock::now};
}

bool is_passing(int status) {
  return status == 429 || status == 408 || (status >= 500 && status != 501 && status != 505);
}

std::optional<milliseconds> parse_retry_after(std::string_view text,
                                              std::chrono::system_clock::time_point now) {
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  // More digits than an int has mean: for ever.
  if (digits) return std::chrono::seconds(number(text).value_or(86'400));
  const auto date = parse_date(text);
  if (!date) return std::nullopt;
  return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(*date - now));
}

milliseconds pause_before(int next, const Patience& patience, const http::ResponseHead* answer) {
  if (answer != nullptr) {
    const auto text = answer->header("Retry-After");
    const auto asked = text ? parse_retry_after(*text, patience.now()) : std::nullopt;
    if (asked) return std::min(*asked, longest_pause);
  }
  const milliseconds full = std::min(first_pause * (1 << std::min(next - 2, 10)), longest_pause);
  return std::chrono::duration_cast<milliseconds>(full * (1 - patience.jitter() / 2));
}

http::Response retrying(const Patience& patience, const CancelToken& cancel,
                        const std::function<http::Response()>& attempt) {
  for (int next = 2;; ++next) {
    milliseconds pause{};
    try {
      http::Response answer = attempt();
      if (!is_passing(answer.head.status) || next > patience.tries) return answer;
      pause = pause_before(next, patience, &answer.head);
    } catch (const http::CertificateRefused&) {
      throw;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unavailable || next > patience.tries) throw;
      pause = pause_before(next, patience, nullptr);
    }
    patience.pause(pause, cancel);
  }
}

} // namespace nixbuild::registry
