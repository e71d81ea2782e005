#include "image/go_time.hpp"

#include <boost/test/unit_test.hpp>

using nixbuild::image::go_time;

BOOST_AUTO_TEST_SUITE(go_time_suite)

BOOST_AUTO_TEST_CASE(writes_what_go_writes) {
  BOOST_TEST(go_time("0001-01-01T00:00:00Z").value() == "0001-01-01T00:00:00Z");
  BOOST_TEST(go_time("2024-05-06T07:08:09.120+00:00").value() == "2024-05-06T07:08:09.12Z");
  BOOST_TEST(go_time("2024-05-06T07:08:09.000Z").value() == "2024-05-06T07:08:09Z");
  BOOST_TEST(go_time("2024-05-06T07:08:09-00:00").value() == "2024-05-06T07:08:09Z");
  BOOST_TEST(go_time("2024-02-29T23:59:59.1234567899-05:30").value() ==
             "2024-02-29T23:59:59.123456789-05:30");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_time) {
  for (const char* text :
       {"", "now", "2023-02-29T00:00:00Z", "2024-13-06T07:08:09Z", "2024-05-06T07:08:09",
        "2024-05-06 07:08:09Z", "2024-05-06T24:00:00Z", "2024-05-06T07:60:00Z",
        "2024-05-06T07:08:60Z", "2024-05-06T07:08:09.Z", "2024-05-06T07:08:09Zx",
        "2024-05-06T07:08:09+1:00", "2024-05-06T07:08:09+24:00"}) {
    BOOST_TEST(!go_time(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
