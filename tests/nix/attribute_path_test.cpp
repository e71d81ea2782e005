#include "nix/attribute_path.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using nixbuild::Error;
using nixbuild::nix::AttributePath;
using nixbuild::nix::nix_string;
using nixbuild::nix::parse_attribute_path;
using nixbuild::nix::to_fragment;
using nixbuild::nix::to_string;

BOOST_AUTO_TEST_SUITE(attribute_path)

BOOST_AUTO_TEST_CASE(dots_separate_names) {
  BOOST_TEST((parse_attribute_path("a.b-c.d'") == AttributePath{"a", "b-c", "d'"}));
  BOOST_TEST((parse_attribute_path("a") == AttributePath{"a"}));
  BOOST_TEST(parse_attribute_path("").empty());
  BOOST_TEST((parse_attribute_path(".a.b") == AttributePath{"a", "b"}));
}

BOOST_AUTO_TEST_CASE(quotes_hide_dots) {
  BOOST_TEST((parse_attribute_path(R"(a."b.c".d)") == AttributePath{"a", "b.c", "d"}));
  BOOST_TEST((parse_attribute_path(R"("")") == AttributePath{""}));
  BOOST_TEST((parse_attribute_path(R"(x"."y)") == AttributePath{"x.y"}));
}

BOOST_AUTO_TEST_CASE(nonsense_is_refused) {
  for (const char* text : {"a..b", "a.", "..", R"(a."b)", R"(")"})
    BOOST_CHECK_THROW((void)parse_attribute_path(text), Error);
  BOOST_CHECK_THROW((void)parse_attribute_path(std::string("a\0b", 3)), Error);
}

BOOST_AUTO_TEST_CASE(text_and_back) {
  const AttributePath path{"packages", "x86_64-linux", "b.c", "", "ä b"};
  BOOST_TEST(to_string(path) == R"(packages.x86_64-linux."b.c"."".)"
                                "\"ä b\"");
  BOOST_TEST((parse_attribute_path(to_string(path)) == path));
}

BOOST_AUTO_TEST_CASE(fragments_are_percent_encoded) {
  BOOST_TEST(to_fragment({"a", "b.c"}) == "a.%22b.c%22");
  BOOST_TEST(to_fragment({"50% #?"}) == "%2250%25%20%23%3F%22");
}

BOOST_AUTO_TEST_CASE(nothing_ends_a_nix_string_early) {
  BOOST_TEST(nix_string("plain") == R"("plain")");
  BOOST_TEST(nix_string(R"(a"b\c)") == R"("a\"b\\c")");
  BOOST_TEST(nix_string("${x} $$ ''") == R"("\${x} \$\$ ''")");
  BOOST_TEST(nix_string("1\n2\r3\t") == "\"1\\n2\\r3\t\"");
}

BOOST_AUTO_TEST_SUITE_END()
