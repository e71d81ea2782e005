#include "plugin/option_reader.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::plugin;

namespace {

const OptionTable& table() {
  static const OptionTable options{{.name = "debug", .letter = 'D'},
                                   {.name = "quiet", .letter = 'q'},
                                   {.name = "tag", .letter = 't', .values = {"NAME"}},
                                   {.name = "arg", .values = {"NAME", "EXPR"}}};
  return options;
}

// Each token as "kind:text[values]", separated by blanks.
std::string read(const std::vector<std::string>& arguments) {
  static const std::map<Token::Kind, std::string> names{{Token::Kind::word, "word"},
                                                        {Token::Kind::option, "option"},
                                                        {Token::Kind::dashes, "dashes"},
                                                        {Token::Kind::unknown, "unknown"},
                                                        {Token::Kind::missing_value, "missing"},
                                                        {Token::Kind::malformed, "malformed"}};
  OptionReader reader(table(), arguments);
  std::string text;
  while (const auto token = reader.next()) {
    text += text.empty() ? "" : " ";
    text += names.at(token->kind) + ":";
    text += token->option != nullptr ? std::string(token->option->name) : token->text;
    for (const std::string& value : token->values)
      text += "[" + value + "]";
    text += "@" + std::to_string(token->index);
  }
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(option_reader)

BOOST_AUTO_TEST_CASE(all_forms_of_a_value) {
  BOOST_TEST(read({"--tag", "a"}) == "option:tag[a]@0");
  BOOST_TEST(read({"--tag=a"}) == "option:tag[a]@0");
  BOOST_TEST(read({"--tag="}) == "option:tag[]@0");
  BOOST_TEST(read({"--tag=a=b"}) == "option:tag[a=b]@0");
  BOOST_TEST(read({"-t", "a"}) == "option:tag[a]@0");
  BOOST_TEST(read({"-ta"}) == "option:tag[a]@0");
  BOOST_TEST(read({"-t=a"}) == "option:tag[a]@0");
  BOOST_TEST(read({"-t="}) == "option:tag[=]@0"); // as pflag reads it
  BOOST_TEST(read({"--tag", "--debug"}) == "option:tag[--debug]@0");
}

BOOST_AUTO_TEST_CASE(switches) {
  BOOST_TEST(read({"--debug", "a"}) == "option:debug@0 word:a@1");
  BOOST_TEST(read({"--debug=false"}) == "option:debug[false]@0");
  BOOST_TEST(read({"-D=false"}) == "option:debug[false]@0");
}

BOOST_AUTO_TEST_CASE(bundles) {
  BOOST_TEST(read({"-Dq"}) == "option:debug@0 option:quiet@0");
  BOOST_TEST(read({"-Dt", "a", "b"}) == "option:debug@0 option:tag[a]@0 word:b@2");
  BOOST_TEST(read({"-Dta"}) == "option:debug@0 option:tag[a]@0");
  BOOST_TEST(read({"-Dq=0"}) == "option:debug@0 option:quiet[0]@0");
}

BOOST_AUTO_TEST_CASE(two_values) {
  BOOST_TEST(read({"--arg", "a", "b", "c"}) == "option:arg[a][b]@0 word:c@3");
  BOOST_TEST(read({"--arg=a", "b"}) == "option:arg[a][b]@0");
}

BOOST_AUTO_TEST_CASE(words_and_dashes) {
  BOOST_TEST(read({"a", "-", "", "--", "-t", "--"}) ==
             "word:a@0 word:-@1 word:@2 dashes:--@3 word:-t@4 word:--@5");
}

BOOST_AUTO_TEST_CASE(errors_are_tokens) {
  BOOST_TEST(read({"--nope=1", "a"}) == "unknown:--nope@0 word:a@1");
  BOOST_TEST(read({"-Dx", "a"}) == "option:debug@0 unknown:-Dx@0 word:a@1");
  BOOST_TEST(read({"--tag"}) == "missing:tag@0");
  BOOST_TEST(read({"-Dt"}) == "option:debug@0 missing:tag@0");
  BOOST_TEST(read({"--arg", "a"}) == "missing:arg[a]@0");
  BOOST_TEST(read({"---x", "--=x"}) == "malformed:---x@0 malformed:--=x@1");
}

BOOST_AUTO_TEST_CASE(prefixes_of_names_are_other_names) {
  BOOST_TEST(read({"--ta", "a"}) == "unknown:--ta@0 word:a@1");
  BOOST_TEST(read({"--tagx"}) == "unknown:--tagx@0");
}

BOOST_AUTO_TEST_SUITE_END()
