#include "registry/challenge.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using nixbuild::registry::Challenge;
using nixbuild::registry::parse_challenges;

BOOST_AUTO_TEST_SUITE(challenge)

BOOST_AUTO_TEST_CASE(bearer) {
  const auto all = parse_challenges(
      R"(Bearer realm="https://a.example/token?x=1,2",service="r \"q\"",scope="a:b:pull,push")");
  BOOST_REQUIRE(all.size() == 1);
  BOOST_TEST(all[0].scheme == "bearer");
  BOOST_TEST(all[0].parameter("realm") == "https://a.example/token?x=1,2");
  BOOST_TEST(all[0].parameter("service") == "r \"q\"");
  BOOST_TEST(all[0].parameter("scope") == "a:b:pull,push");
  BOOST_TEST(all[0].parameter("error").empty());
}

BOOST_AUTO_TEST_CASE(several) {
  const auto all = parse_challenges(
      "Negotiate, NTLM abc/d==, basic Realm = plain , charset=\"UTF-8\", Bearer realm=\"x\"");
  BOOST_REQUIRE(all.size() == 4);
  BOOST_TEST(all[0].scheme == "negotiate");
  BOOST_TEST(all[1].scheme == "ntlm");
  BOOST_TEST(all[1].parameters.empty());
  BOOST_TEST(all[2].scheme == "basic");
  BOOST_TEST(all[2].parameter("realm") == "plain");
  BOOST_TEST(all[2].parameter("charset") == "UTF-8");
  BOOST_TEST(all[3].parameter("realm") == "x");
}

BOOST_AUTO_TEST_CASE(cut_at_every_byte) {
  const std::string whole = R"(Basic realm="a", Bearer realm="https://a.example/token",service=s)";
  for (std::size_t end = 0; end <= whole.size(); ++end) {
    BOOST_TEST_CONTEXT(whole.substr(0, end)) {
      const auto all = parse_challenges(std::string_view(whole).substr(0, end));
      BOOST_TEST(all.size() <= 3); // a name without its value looks like a scheme
      for (const Challenge& one : all) {
        const std::string realm = one.parameter("realm");
        BOOST_TEST((realm.empty() || realm == "a" || realm == "https://a.example/token"));
      }
    }
  }
  BOOST_TEST(parse_challenges(whole).size() == 2);
}

BOOST_AUTO_TEST_CASE(nonsense) {
  BOOST_TEST(parse_challenges("").empty());
  BOOST_TEST(parse_challenges(" , ,").empty());
  BOOST_TEST(parse_challenges("\"Bearer\"").empty());
  BOOST_TEST(parse_challenges("=x").empty());
}

BOOST_AUTO_TEST_SUITE_END()
