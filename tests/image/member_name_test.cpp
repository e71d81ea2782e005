#include "image/member_name.hpp"

#include <boost/test/unit_test.hpp>

using nixbuild::image::link_destination;
using nixbuild::image::member_name;

BOOST_AUTO_TEST_SUITE(member_names)

BOOST_AUTO_TEST_CASE(are_written_in_one_way) {
  BOOST_TEST(member_name("a/b").value() == "a/b");
  BOOST_TEST(member_name("./a//./b/").value() == "a/b");
  BOOST_TEST(member_name("./").value().empty());
  BOOST_TEST(member_name("").value().empty());
  BOOST_TEST(member_name("a/..b").value() == "a/..b");
  for (const char* name : {"/", "/a", "..", "../a", "a/..", "a/../b", "./.."})
    BOOST_TEST(!member_name(name), name);
}

BOOST_AUTO_TEST_CASE(links_start_from_their_folder) {
  BOOST_TEST(link_destination("a/b", "c").value() == "a/c");
  BOOST_TEST(link_destination("a/b", "../c/d").value() == "c/d");
  BOOST_TEST(link_destination("a/b/c", "../../d").value() == "d");
  BOOST_TEST(link_destination("a", "b/../c").value() == "c");
  BOOST_TEST(link_destination("a/b", "..").value().empty());
  for (const char* target : {"../../a", "/a", "x/../../../a"})
    BOOST_TEST(!link_destination("a/b", target), target);
}

BOOST_AUTO_TEST_SUITE_END()
