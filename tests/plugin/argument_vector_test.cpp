#include "plugin/argument_vector.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::plugin;

namespace {

using Arguments = std::vector<std::string>;

void check(std::string_view text, const Arguments& expected) {
  const auto arguments = parse_argument_vector(text);
  BOOST_TEST_CONTEXT(text) {
    BOOST_REQUIRE(arguments.has_value());
    BOOST_TEST(*arguments == expected, boost::test_tools::per_element());
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(argument_vector)

BOOST_AUTO_TEST_CASE(words) {
  check("hello", {"hello"});
  check("hello -g  hi", {"hello", "-g", "hi"});
  check(" \thello\n", {"hello"});
  check("", {});
  check("  ", {});
}

BOOST_AUTO_TEST_CASE(no_shell_looks_at_words) {
  check("echo $HOME; *", {"echo", "$HOME;", "*"});
}

BOOST_AUTO_TEST_CASE(json_array) {
  check(R"(["sh", "-c", "echo \"a b\""])", {"sh", "-c", "echo \"a b\""});
  check(R"( [""])", {""});
  check("[]", {});
}

BOOST_AUTO_TEST_CASE(refusals) {
  BOOST_TEST(!parse_argument_vector(R"(sh -c "a b")").has_value());
  BOOST_TEST(!parse_argument_vector("echo it's").has_value());
  BOOST_TEST(!parse_argument_vector(R"(a\ b)").has_value());
  BOOST_TEST(parse_argument_vector("[\"a\"").error() == "is not a JSON array");
  BOOST_TEST(parse_argument_vector("[1]").error() == "is not a JSON array of strings");
}

BOOST_AUTO_TEST_SUITE_END()
