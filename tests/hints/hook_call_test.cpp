#include "hints/hook_call.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace nixbuild::hints;

BOOST_AUTO_TEST_SUITE(hook_call)

BOOST_AUTO_TEST_CASE(what_the_cli_sends) {
  const auto call = parse_hook_call(
      R"({"RootCmd":"compose up","Flags":{"d":"","quiet":"true"},"CommandError":""})");
  BOOST_REQUIRE(call.has_value());
  BOOST_TEST(call->command == "compose up");
  BOOST_TEST(call->flags.contains("d"));
  BOOST_TEST(call->flags.contains("quiet"));
  BOOST_TEST(!call->failed);
}

BOOST_AUTO_TEST_CASE(newer_versions_leave_out_what_is_empty) {
  const auto call = parse_hook_call(R"({"RootCmd":"load","CommandError":"exited with code 1"})");
  BOOST_REQUIRE(call.has_value());
  BOOST_TEST(call->flags.empty());
  BOOST_TEST(call->failed);
  BOOST_TEST(!parse_hook_call(R"({"RootCmd":"load"})")->failed);
}

BOOST_AUTO_TEST_CASE(anything_else_is_nothing) {
  const std::string whole = R"({"RootCmd":"load","Flags":{"input":""}})";
  for (std::size_t size = 0; size < whole.size(); ++size)
    BOOST_TEST(!parse_hook_call(whole.substr(0, size)).has_value());
  for (const char* text : {"null", "[]", "{}", R"({"RootCmd": 1})", "\xff"})
    BOOST_TEST(!parse_hook_call(text).has_value());
  BOOST_TEST(parse_hook_call(R"({"RootCmd":"x","Flags":[],"CommandError":7})").has_value());
}

BOOST_AUTO_TEST_CASE(the_answer) {
  BOOST_TEST(hook_answer("say \"x\"\n{{.Name}}") ==
             "{\"Type\":0,\"Template\":\"say \\\"x\\\"\\n{{.Name}}\"}\n");
}

BOOST_AUTO_TEST_SUITE_END()
