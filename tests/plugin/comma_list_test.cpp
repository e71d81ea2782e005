#include "plugin/comma_list.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::plugin;
using nixbuild::Error;
using Fields = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(comma_list)

BOOST_AUTO_TEST_CASE(parts_lose_their_blanks) {
  BOOST_TEST(split_at_commas("a, b ,c") == Fields({"a", "b", "c"}),
             boost::test_tools::per_element());
  BOOST_TEST(split_at_commas("") == Fields({""}), boost::test_tools::per_element());
  BOOST_TEST(split_at_commas("a,") == Fields({"a", ""}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(fields) {
  BOOST_TEST(csv_fields("a,b=c, d") == Fields({"a", "b=c", " d"}),
             boost::test_tools::per_element());
  BOOST_TEST(csv_fields(R"("dest=a,b",c)") == Fields({"dest=a,b", "c"}),
             boost::test_tools::per_element());
  BOOST_TEST(csv_fields(R"(a,"b=""c""")") == Fields({"a", "b=\"c\""}),
             boost::test_tools::per_element());
  BOOST_TEST(csv_fields("a,") == Fields({"a", ""}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(quotes_must_match) {
  for (const char* line : {R"("a)", R"(a"b")", R"("a"b,c)", R"(a,")"})
    BOOST_CHECK_THROW((void)csv_fields(line), Error);
}

BOOST_AUTO_TEST_SUITE_END()
