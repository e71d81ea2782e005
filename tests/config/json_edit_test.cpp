#include "config/json_edit.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

using namespace nixbuild::config;

namespace {

constexpr std::array<std::string_view, 3> hooks{"plugins", "nixbuild", "hooks"};
constexpr std::array<std::string_view, 2> builder{"aliases", "builder"};

std::string set(std::string_view document, KeyPath path = hooks) {
  return with_text_member(document, path, "a \"b\"");
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_edit)

BOOST_AUTO_TEST_CASE(members_are_added_in_the_layout_of_the_document) {
  BOOST_TEST(set("{}\n") ==
             "{\n\t\"plugins\": {\n\t\t\"nixbuild\": {\n\t\t\t\"hooks\": \"a \\\"b\\\"\"\n"
             "\t\t}\n\t}\n}\n");
  BOOST_TEST(set(R"({"x": 1.50})", builder) == R"({"x": 1.50, "aliases": {"builder": "a \"b\""}})");
  BOOST_TEST(set("{\n  \"x\": 1e3\n}", builder) ==
             "{\n  \"x\": 1e3,\n  \"aliases\": {\n    \"builder\": \"a \\\"b\\\"\"\n  }\n}");
  BOOST_TEST(set("{\n  \"plugins\": {\n    \"x\": {\"y\": \"}\"}\n  },\n  \"z\": [{}]\n}") ==
             "{\n  \"plugins\": {\n    \"x\": {\"y\": \"}\"},\n    \"nixbuild\": {\n"
             "      \"hooks\": \"a \\\"b\\\"\"\n    }\n  },\n  \"z\": [{}]\n}");
  BOOST_TEST(set("{\n  \"aliases\": {}\n}", builder) ==
             "{\n  \"aliases\": {\n    \"builder\": \"a \\\"b\\\"\"\n  }\n}");
}

BOOST_AUTO_TEST_CASE(values_are_replaced_where_they_stand) {
  BOOST_TEST(set(R"({"aliases":{"builder" : "old","x":""},"y":2} rest)", builder) ==
             R"({"aliases":{"builder" : "a \"b\"","x":""},"y":2} rest)");
  BOOST_TEST(set(R"({"ALIASES": {"builder": "old"}})", builder) ==
             R"({"ALIASES": {"builder": "a \"b\""}})");
  BOOST_TEST(set(R"({"aliases": {"builder": "1"}, "aliases": {"builder": "2"}})", builder) ==
             R"({"aliases": {"builder": "1"}, "aliases": {"builder": "a \"b\""}})");
  BOOST_TEST(set(R"({"aliases": null})", builder) == R"({"aliases": {"builder": "a \"b\""}})");
  // Keys of a map are compared exactly.
  BOOST_TEST(set(R"({"aliases": {"Builder": "x"}})", builder) ==
             R"({"aliases": {"Builder": "x", "builder": "a \"b\""}})");
}

BOOST_AUTO_TEST_CASE(keys_are_compared_as_what_they_mean) {
  BOOST_TEST(set(R"({"aliases": {"b\u0075ilder": "x"}})", builder) ==
             R"({"aliases": {"b\u0075ilder": "a \"b\""}})");
  BOOST_TEST(set(R"({"\"aliases\": {": "x\\", "aliases": {"builder": "y"}})", builder) ==
             R"({"\"aliases\": {": "x\\", "aliases": {"builder": "a \"b\""}})");
}

BOOST_AUTO_TEST_CASE(what_is_added_and_removed_leaves_no_trace) {
  for (const std::string_view document :
       {"{}", "{}\n", "{ \"a\": 1 }", "{\"a\":{\"hooks\":\"x\"},\"b\":[1,{\"c\":null}]}",
        "{\n\t\"auths\": {},\n\t\"plugins\": {\n\t\t\"x\": {\n\t\t\t\"y\": \"z\"\n\t\t}\n\t}\n}",
        "\r\n{\r\n  \"a\": \"\\\"}\"\r\n}\r\nrest",
        "{\"plugins\": {\"nixbuild\": {\"builder\": \"host\"}}, \"last\": false}"})
    BOOST_TEST(without_member(set(document), hooks) == document);
}

BOOST_AUTO_TEST_CASE(removal_keeps_the_others) {
  BOOST_TEST(without_member(R"({"plugins": {"nixbuild": {"hooks": "a", "x": "y"}}, "z": 1})",
                            hooks) == R"({"plugins": {"nixbuild": {"x": "y"}}, "z": 1})");
  BOOST_TEST(without_member(R"({"plugins": {"nixbuild": {"hooks": "a"}}, "z": 1})", hooks) ==
             R"({"z": 1})");
  for (const std::string_view document :
       {R"({"plugins": null})", R"({"plugins": {"nixbuild": {}}})", R"({"hooks": "a"})"})
    BOOST_TEST(without_member(document, hooks) == document);
}

BOOST_AUTO_TEST_SUITE_END()
