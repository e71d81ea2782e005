#include "support/text_place.hpp"

#include <boost/test/unit_test.hpp>

using nixbuild::line_and_column;

BOOST_AUTO_TEST_SUITE(text_place)

BOOST_AUTO_TEST_CASE(lines_and_columns_begin_with_one) {
  BOOST_TEST(line_and_column("", 0) == "line 1, column 1");
  BOOST_TEST(line_and_column("ab\ncd", 1) == "line 1, column 2");
  BOOST_TEST(line_and_column("ab\ncd", 2) == "line 1, column 3");
  BOOST_TEST(line_and_column("ab\ncd", 3) == "line 2, column 1");
  BOOST_TEST(line_and_column("ab\ncd", 99) == "line 2, column 3");
}

BOOST_AUTO_TEST_SUITE_END()
