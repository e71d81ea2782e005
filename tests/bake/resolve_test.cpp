#include "bake/listing.hpp"
#include "bake/resolve.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

using namespace nixbuild;
using namespace nixbuild::bake;
using Words = std::vector<std::string>;

namespace {

Definition definition(const std::string& content) {
  return read_files({{.name = "f", .content = content}}, Environment());
}

const std::string shop = R"({
    "group": {"default": {"targets": ["all"]}, "all": {"targets": ["web", "db"]}},
    "target": {"base": {"description": "Not built", "impure": true, "tags": ["x"],
                        "args": {"a": "1", "b": "1"}},
               "web": {"inherits": ["base"], "tags": ["web:1", "web:2"], "args": {"b": "2"}},
               "db": {"inherits": ["web"], "description": "The data"}}})";

// "name options", one a line.
std::string resolved(const std::string& content, const Words& wanted = {},
                     const Words& overrides = {}) {
  std::vector<Override> parsed;
  for (const std::string& text : overrides)
    parsed.push_back(parse_override(text));
  std::string text;
  for (const Target& target : resolve(definition(content), wanted, parsed).targets)
    text += target.name + " " + target.options + "\n";
  return text;
}

void check_refused(const std::string& content, const Words& wanted, const Words& overrides,
                   std::string_view words) {
  BOOST_CHECK_EXCEPTION((void)resolved(content, wanted, overrides), Error, [&](const Error& error) {
    const std::string told = error.message() + " " + error.hint();
    BOOST_TEST_MESSAGE(told);
    return error.kind() == ErrorKind::invalid_input && told.contains(words);
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(resolve_of)

BOOST_AUTO_TEST_CASE(groups_and_inheritance) {
  const std::string web = R"(web {"impure":true,"tags":["web:1","web:2"],"args":{"a":"1","b":"2"}})"
                          "\n";
  const std::string db =
      R"(db {"impure":true,"tags":["web:1","web:2"],"args":{"a":"1","b":"2"},"description":"The data"})"
      "\n";
  BOOST_TEST(resolved(shop) == web + db);
  BOOST_TEST(resolved(shop, {"db", "web", "all"}) == db + web);
  BOOST_TEST(resolved(R"({"target": {"b": {}, "a": {}}})") == "a {}\nb {}\n");
  BOOST_TEST(resolved(R"({"target": {"b": {}, "default": {}}})") == "default {}\n");
  BOOST_TEST(resolved(R"({"group": {"a": {"targets": ["a"]}}, "target": {"a": {}}})", {"a"}) ==
             "a {}\n");
}

BOOST_AUTO_TEST_CASE(inheriting_twice_does_not_take_twice_as_long) {
  std::string targets = R"("t0": {"tags": ["x"]})";
  for (int number = 1; number < 64; ++number) // else 2^63 steps
    targets +=
        fmt::format(R"(, "t{}": {{"inherits": ["t{}", "t{}"]}})", number, number - 1, number - 1);
  BOOST_TEST(resolved("{\"target\": {" + targets + "}}", {"t63"}) == "t63 {\"tags\":[\"x\"]}\n");
}

BOOST_AUTO_TEST_CASE(overrides) {
  const std::string two = R"({"target": {"web": {"tags": ["a"], "args": {"x": "1"}}, "db": {}}})";
  BOOST_TEST(resolved(two, {}, {"w*.tags=b", "web.tag=c", "*.args.y=2=3"}) ==
             "db {\"args\":{\"y\":\"2=3\"}}\n"
             "web {\"tags\":[\"b\",\"c\"],\"args\":{\"x\":\"1\",\"y\":\"2=3\"}}\n");
  // As with buildx, what is set for a target is inherited.
  BOOST_TEST(resolved(R"({"target": {"a": {"tags": ["x"]}, "b": {"inherits": ["a"]}}})", {"b"},
                      {"a.tags=y", "a.args.z=1", "b.args.z=2"}) ==
             "b {\"tags\":[\"y\"],\"args\":{\"z\":\"2\"}}\n");
  BOOST_TEST(resolved(two, {"db"}, {"db.installable=.#x", "db.platform=linux/arm64"}) ==
             "db {\"installable\":\".#x\",\"platforms\":[\"linux/arm64\"]}\n");
}

BOOST_AUTO_TEST_CASE(refusals) {
  check_refused(shop, {"webb"}, {}, "no target webb did you mean web?");
  check_refused(R"({"target": {"a": {"inherits": ["b"]}, "b": {"inherits": ["a"]}}})", {}, {},
                "leads to itself");
  check_refused(R"({"group": {"a": {"targets": ["b"]}, "b": {"targets": ["a"]}}})", {"a"}, {},
                "leads to itself");
  check_refused(R"({"target": {"a": {"inherits": [1]}}})", {}, {}, "inherits");
  check_refused(shop, {}, {"nothing.tags=a"}, "no target matches nothing");
  for (const char* text : {"web", "web.tags", "=a", ".tags=a", "web.=a"})
    check_refused(shop, {}, {text}, "--set");
}

BOOST_AUTO_TEST_CASE(print_is_a_definition_itself) {
  const std::string text = printed(resolve(definition(shop), {}, {}));
  BOOST_TEST(text.starts_with(
      R"({"group":{"all":{"targets":["db","web"]},"default":{"targets":["all"]}},"target":{"db":)"));
  BOOST_TEST(printed(resolve(definition(text), {}, {})) == text);
  // As buildx does, what was asked for is the default group.
  BOOST_TEST(printed(resolve(definition(R"({"target": {"a": {}}})"), {"a"}, {})) ==
             R"({"group":{"default":{"targets":["a"]}},"target":{"a":{}}})");
}

BOOST_AUTO_TEST_CASE(list_is_a_table) {
  BOOST_TEST(listed(definition(shop)) == "TARGET   DESCRIPTION\n"
                                         "all      web, db\n"
                                         "base     Not built\n"
                                         "db       The data\n"
                                         "default  all\n"
                                         "web\n");
}

BOOST_AUTO_TEST_SUITE_END()
