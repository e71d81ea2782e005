#include "plugin/command.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace nixbuild::plugin;
using Words = std::vector<std::string>;

namespace {

// "command: its arguments"
std::string chosen(const Words& arguments) {
  const ChosenCommand result = choose_command(arguments);
  std::string text = std::string(result.command.name) + (result.named ? ":" : "?");
  for (const std::string& argument : result.arguments)
    text += " " + argument;
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(command)

BOOST_AUTO_TEST_CASE(a_word_that_is_no_command_is_an_installable) {
  BOOST_TEST(chosen({}) == "build?");
  BOOST_TEST(chosen({".#image"}) == "build? .#image");
  BOOST_TEST(chosen({"-t", "info", ".#image"}) == "build? -t info .#image");
  BOOST_TEST(chosen({"--arg", "x", "info", "."}) == "build? --arg x info .");
}

BOOST_AUTO_TEST_CASE(build_and_dashes_settle_doubt) {
  BOOST_TEST(chosen({"build", "info"}) == "build: info");
  BOOST_TEST(chosen({"--", "info"}) == "build? -- info");
  BOOST_TEST(chosen({"-q", "--", "info"}) == "build? -q -- info");
}

BOOST_AUTO_TEST_CASE(commands_are_found_behind_options) {
  BOOST_TEST(chosen({"info", "--format", "json"}) == "info: --format json");
  BOOST_TEST(chosen({"-D", "info"}) == "info: -D");
  BOOST_TEST(chosen({"-t", "x", "build", "."}) == "build: -t x .");
  BOOST_TEST(chosen({"--nope", "info"}) == "info: --nope");
}

BOOST_AUTO_TEST_CASE(commands_of_a_group_have_two_words) {
  BOOST_TEST(chosen({"builder"}) == "builder:");
  BOOST_TEST(chosen({"builder", "ls", "--format", "json"}) == "builder ls: --format json");
  BOOST_TEST(chosen({"-D", "builder", "--x", "rm", "ls"}) == "builder rm: -D --x ls");
  BOOST_TEST(chosen({"builder", "make", "ls"}) == "builder: make ls");
  BOOST_TEST(chosen({"ls"}) == "build? ls");
  BOOST_TEST(chosen({"builder", "--", "ls"}) == "builder: -- ls");
  BOOST_TEST(chosen({"builder ls"}) == "build? builder ls");
}

BOOST_AUTO_TEST_CASE(tables_are_sound) {
  for (const Command& command : commands()) {
    std::set<std::string_view> names;
    std::set<char> letters;
    for (const Option& option : command.options) {
      BOOST_TEST(names.insert(option.name).second);
      BOOST_TEST((option.letter == '\0' || letters.insert(option.letter).second));
      BOOST_TEST(!option.help.empty());
      BOOST_TEST(!option.help.ends_with('.'));
      BOOST_TEST((option.completion == ValueCompletion::words) == !option.words.empty());
      BOOST_TEST((option.variable.empty() || option.values.size() < 2));
    }
    BOOST_TEST(names.contains("help"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
