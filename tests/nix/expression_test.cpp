#include "nix/expression.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>
#include <vector>

using namespace nixbuild::nix;
using nixbuild::Error;
using nixbuild::ErrorKind;

// What the expressions evaluate to is tested with a real Nix: real_nix_test.cpp.
BOOST_AUTO_TEST_SUITE(expression)

BOOST_AUTO_TEST_CASE(names_go_in_as_strings) {
  const std::string text = find_expression({"a", R"(" ]; evil = [ ")", "${x}"});
  BOOST_TEST(text.ends_with(R"(in find value [ "a" "\" ]; evil = [ \"" "\${x}" ])"));
  BOOST_TEST(systems_expression("a\"").ends_with(R"(in systemsWith "a\"" value)"));
}

BOOST_AUTO_TEST_CASE(arguments_go_in_under_their_names) {
  const std::string text =
      call_expression({.expressions = {{"a b", "1 # one"}}, .strings = {{"c", "\"${d}"}}});
  BOOST_TEST(text.find("known = { \"a b\" = (1 # one\n); \"c\" = \"\\\"\\${d}\"; };") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_derivation) {
  const Answer answer =
      parse_answer(R"({"derivation":"/nix/store/x.drv","output":"out","outputs":["out","dev"],)"
                   R"("system":"x86_64-linux","imageName":"hello","imageTag":"1",)"
                   R"("conf":"/nix/store/c.drv","package":"p","mainProgram":"m"})");
  const auto& found = std::get<FoundDerivation>(answer);
  BOOST_TEST(found.derivation == "/nix/store/x.drv");
  BOOST_TEST(found.output == "out");
  BOOST_TEST((found.outputs == std::vector<std::string>{"out", "dev"}));
  BOOST_TEST(found.system == "x86_64-linux");
  BOOST_TEST(found.image_name == "hello");
  BOOST_TEST(found.image_tag == "1");
  BOOST_TEST(found.conf == "/nix/store/c.drv");
  BOOST_TEST(found.package == "p");
  BOOST_TEST(found.main_program == "m");
}

BOOST_AUTO_TEST_CASE(a_missing_name) {
  const Answer answer = parse_answer("{\"missing\":\"a\",\"names\":[\"b\",\"c\"]}\n");
  const auto& missing = std::get<MissingName>(answer);
  BOOST_TEST(missing.name == "a");
  BOOST_TEST((missing.siblings == std::vector<std::string>{"b", "c"}));
}

BOOST_AUTO_TEST_CASE(something_else) {
  const Answer answer = parse_answer(R"({"type":"set","names":["a"]})");
  BOOST_TEST(std::get<NoDerivation>(answer).type == "set");
  BOOST_TEST((std::get<NoDerivation>(answer).names == std::vector<std::string>{"a"}));
}

BOOST_AUTO_TEST_CASE(names) {
  BOOST_TEST((parse_names(R"(["a","b"])") == std::vector<std::string>{"a", "b"}));
  for (const char* text : {"", "{}", "[1]"})
    BOOST_CHECK_THROW((void)parse_names(text), Error);
}

BOOST_AUTO_TEST_CASE(nonsense_is_an_error) {
  for (const char* text : {"", "null", "[]", "{}", R"({"derivation":1})",
                           R"({"type":"set","names":[1]})", R"({"type":"set")"}) {
    BOOST_CHECK_EXCEPTION((void)parse_answer(text), Error,
                          [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
  }
}

BOOST_AUTO_TEST_SUITE_END()
