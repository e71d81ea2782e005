#include "repository_fixture.hpp"

using namespace nixbuild;
using namespace nixbuild::registry;
using namespace nixbuild::registry::testing;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(retry, RepositoryFixture)

BOOST_AUTO_TEST_CASE(retry_after) {
  // 06 Nov 1994 08:49:37 is 784111777.
  const std::chrono::system_clock::time_point date(784'111'777s);
  BOOST_TEST((parse_retry_after("7", date) == 7s));
  BOOST_TEST((parse_retry_after("0", date) == 0s));
  BOOST_TEST((parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", date - 30s) == 30s));
  BOOST_TEST((parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", date + 30s) == 0s));
  BOOST_TEST((parse_retry_after("99999999999999", date) > 60s));
  for (const std::string text :
       {"", "-1", "soon", "1.5", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT"})
    BOOST_TEST((parse_retry_after(text, date) == std::nullopt));
}

BOOST_AUTO_TEST_CASE(pauses_double_up_to_a_minute) {
  Patience given = patience();
  BOOST_TEST((pause_before(2, given, nullptr) == 500ms));
  BOOST_TEST((pause_before(3, given, nullptr) == 1s));
  BOOST_TEST((pause_before(5, given, nullptr) == 4s));
  BOOST_TEST((pause_before(100, given, nullptr) == 60s));
  given.jitter = [] { return 1.0; };
  BOOST_TEST((pause_before(2, given, nullptr) == 250ms));
  const http::ResponseHead asked{.status = 429, .headers = {{"Retry-After", "3"}}};
  BOOST_TEST((pause_before(2, given, &asked) == 3s));
  const http::ResponseHead for_ever{.status = 429, .headers = {{"Retry-After", "9999"}}};
  BOOST_TEST((pause_before(2, given, &for_ever) == 60s));
}

BOOST_AUTO_TEST_CASE(passing_answers_are_asked_again) {
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    BOOST_TEST_CONTEXT(status) {
      RepositoryFixture fixture;
      int left = 4;
      fixture.before = [&](const auto&) -> std::optional<fakes::WebReply> {
        if (left-- > 0) return fakes::WebReply{.status = status, .headers = {{"Retry-After", "2"}}};
        return std::nullopt;
      };
      BOOST_TEST(!fixture.open()->has_blob(oci::Digest::of("x"), {}));
      BOOST_TEST(fixture.pauses.size() == 4);
      BOOST_TEST((fixture.pauses[0] == 2s));
      left = 5;
      check_error([&] { (void)fixture.open()->has_blob(oci::Digest::of("x"), {}); },
                  ErrorKind::unavailable, std::to_string(status));
    }
  }
}

BOOST_AUTO_TEST_CASE(other_answers_are_not) {
  before = [&](const auto&) { return fakes::WebReply{.status = 400}; };
  check_error([&] { (void)open()->has_blob(oci::Digest::of("x"), {}); }, ErrorKind::refused);
  BOOST_TEST(web.requests().size() == 1);
  before = [&](const auto&) -> fakes::WebReply {
    throw http::CertificateRefused(ErrorKind::unavailable, "self-signed");
  };
  check_error([&] { (void)open()->has_blob(oci::Digest::of("x"), {}); }, ErrorKind::unavailable,
              "self-signed");
  BOOST_TEST(web.requests().size() == 2);
}

BOOST_AUTO_TEST_CASE(real_pauses_are_cancelled) {
  const CancelSource source;
  source.raise(CancelLevel::graceful);
  check_error([&] { real_patience().pause(1h, source.token()); }, ErrorKind::cancelled);
  real_patience().pause(1ms, {});
}

BOOST_AUTO_TEST_SUITE_END()
