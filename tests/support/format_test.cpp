#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(formatting)

BOOST_AUTO_TEST_CASE(bytes_in_decimal_units) {
  BOOST_TEST(nixbuild::format_bytes(0) == "0B");
  BOOST_TEST(nixbuild::format_bytes(999) == "999B");
  BOOST_TEST(nixbuild::format_bytes(1000) == "1.00kB");
  BOOST_TEST(nixbuild::format_bytes(12'345'678) == "12.3MB");
  BOOST_TEST(nixbuild::format_bytes(999'999) == "1.00MB");
  BOOST_TEST(nixbuild::format_bytes(1'073'700'000) == "1.07GB");
}

BOOST_AUTO_TEST_CASE(seconds_lose_decimals_as_they_grow) {
  BOOST_TEST(nixbuild::format_seconds(1234ms) == "1.234");
  BOOST_TEST(nixbuild::format_seconds(12345ms) == "12.35");
  BOOST_TEST(nixbuild::format_seconds(123456ms) == "123.5");
}

BOOST_AUTO_TEST_CASE(full_disk_is_told_apart) {
  BOOST_TEST(
      (nixbuild::system_error(ENOSPC, "write failed").kind() == nixbuild::ErrorKind::no_space));
  BOOST_TEST((nixbuild::system_error(EIO, "write failed").kind() == nixbuild::ErrorKind::io));
}

BOOST_AUTO_TEST_SUITE_END()
