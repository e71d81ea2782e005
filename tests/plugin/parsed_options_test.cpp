#include "plugin/parsed_options.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::plugin;
using nixbuild::Environment;
using nixbuild::Error;
using nixbuild::ErrorKind;

namespace {

const OptionTable& table() {
  static const OptionTable options{
      {.name = "debug", .letter = 'D', .variable = "X_DEBUG"},
      {.name = "help", .letter = 'h', .hidden = true},
      {.name = "tag", .letter = 't', .values = {"NAME"}, .repeatable = true},
      {.name = "jobs", .letter = 'j', .values = {"N"}, .variable = "X_JOBS"},
      {.name = "arg", .values = {"NAME", "EXPR"}, .repeatable = true}};
  return options;
}

ParsedOptions parse(const std::vector<std::string>& arguments, Until until = Until::end) {
  return parse_options(table(), arguments, until);
}

std::string refusal(const std::vector<std::string>& arguments) {
  try {
    (void)parse(arguments);
  } catch (const Error& error) {
    BOOST_TEST((error.kind() == ErrorKind::usage));
    return error.message();
  }
  return "accepted";
}

} // namespace

BOOST_AUTO_TEST_SUITE(parsed_options)

BOOST_AUTO_TEST_CASE(values_in_order) {
  const auto options = parse({"-t", "a", "word", "--tag=b", "--arg", "x", "1", "-j4", "-j", "8"});
  BOOST_TEST(options.all("tag").size() == 2U);
  BOOST_TEST(options.all("tag")[1][0] == "b");
  BOOST_TEST(options.all("arg")[0][1] == "1");
  BOOST_TEST(options.value("jobs").value() == "8"); // the last one counts
  BOOST_TEST(options.words.size() == 1U);
  BOOST_TEST(!options.value("nope").has_value());
}

BOOST_AUTO_TEST_CASE(switches) {
  BOOST_TEST(parse({"-D"}).is_on("debug"));
  BOOST_TEST(parse({"--debug=T"}).is_on("debug"));
  BOOST_TEST(!parse({"--debug", "--debug=false"}).is_on("debug"));
  BOOST_TEST(!parse({}).is_on("debug"));
  BOOST_TEST(!parse({}).was_given("debug"));
}

BOOST_AUTO_TEST_CASE(refusals) {
  BOOST_TEST(refusal({"--nope"}) == "unknown flag: --nope");
  BOOST_TEST(refusal({"--nope=1"}) == "unknown flag: --nope");
  BOOST_TEST(refusal({"-Dx"}) == "unknown shorthand flag: 'x' in -Dx");
  BOOST_TEST(refusal({"--tag"}) == "flag needs an argument: --tag");
  BOOST_TEST(refusal({"-t"}) == "flag needs an argument: 't' in -t");
  BOOST_TEST(refusal({"--arg", "x"}) == "flag needs 2 arguments: --arg");
  BOOST_TEST(refusal({"---x"}) == "bad flag syntax: ---x");
  BOOST_TEST(refusal({"--debug=maybe"}).starts_with(R"(invalid argument "maybe" for "--debug")"));
}

BOOST_AUTO_TEST_CASE(help_comes_before_later_mistakes) {
  BOOST_TEST(parse({"--help", "--nope"}).is_on("help"));
  BOOST_TEST(refusal({"--nope", "--help"}) == "unknown flag: --nope");
}

BOOST_AUTO_TEST_CASE(first_word_ends_reading) {
  const auto options = parse({"-D", "--tag", "a", "word", "--nope"}, Until::first_word);
  BOOST_TEST(options.is_on("debug"));
  BOOST_TEST(options.read_arguments == 3U);
  BOOST_TEST(parse({"--", "word"}, Until::first_word).read_arguments == 1U);
  BOOST_TEST(parse({"-D"}, Until::first_word).read_arguments == 1U);
}

BOOST_AUTO_TEST_CASE(environment_fills_gaps) {
  const std::map<std::string, std::string> variables{{"X_DEBUG", "1"}, {"X_JOBS", "3"}};
  auto options = parse({});
  add_from_environment(options, table(), Environment(variables));
  BOOST_TEST(options.is_on("debug"));
  BOOST_TEST(options.value("jobs").value() == "3");
  options = parse({"--debug=false", "-j1"});
  add_from_environment(options, table(), Environment(variables));
  BOOST_TEST(!options.is_on("debug"));
  BOOST_TEST(options.value("jobs").value() == "1");
}

BOOST_AUTO_TEST_CASE(bad_variable_is_named) {
  auto options = parse({});
  const std::map<std::string, std::string> variables{{"X_DEBUG", "maybe"}};
  BOOST_CHECK_EXCEPTION(add_from_environment(options, table(), Environment(variables)), Error,
                        [](const Error& error) { return error.message().contains("X_DEBUG"); });
}

BOOST_AUTO_TEST_SUITE_END()
