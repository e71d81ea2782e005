#include "image/python_time.hpp"

#include <boost/test/unit_test.hpp>

using nixbuild::image::parse_python_time;
using namespace std::chrono_literals;

namespace {

constexpr auto now = std::chrono::system_clock::time_point(1'700'000'000s + 123'456us);

void check(std::string_view text, std::string_view iso, std::int64_t seconds) {
  const auto time = parse_python_time(text, now);
  BOOST_REQUIRE_MESSAGE(time.has_value(), text);
  BOOST_TEST(time->text == iso);
  BOOST_TEST(time->seconds == seconds);
}

} // namespace

BOOST_AUTO_TEST_SUITE(python_time)

// Expected values are what Python 3.11 printed.
BOOST_AUTO_TEST_CASE(forms_that_fromisoformat_takes) {
  check("1970-01-01T00:00:01+00:00", "1970-01-01T00:00:01+00:00", 1);
  check("2024-02-29T12:34:56Z", "2024-02-29T12:34:56+00:00", 1'709'210'096);
  check("2024-02-29 12:34:56.5+05:30", "2024-02-29T12:34:56.500000+05:30", 1'709'190'296);
  check("2024-02-29T12:34-01:00", "2024-02-29T12:34:00-01:00", 1'709'213'640);
  check("2024-02-29", "2024-02-29T00:00:00", 1'709'164'800);
}

BOOST_AUTO_TEST_CASE(now_is_the_time_given) {
  check("now", "2023-11-14T22:13:20.123456+00:00", 1'700'000'000);
}

BOOST_AUTO_TEST_CASE(nonsense_is_refused) {
  for (const char* text : {"", "yesterday", "2024-13-01", "2023-02-29", "2024-01-01T24:00:00",
                           "2024-01-01T00:00:00+0x:00", "2024-01-01T00:00:00Zjunk", "2024-1-1"}) {
    BOOST_TEST(!parse_python_time(text, now).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
