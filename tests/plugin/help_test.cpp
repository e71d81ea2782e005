#include "plugin/completion.hpp"
#include "plugin/fake_world.hpp"
#include "plugin/help.hpp"
#include "plugin/man_page.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>

using namespace nixbuild::plugin;

namespace {

using Names = std::set<std::string>;

Names all_matches(const std::string& text, const std::regex& pattern) {
  Names names;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), pattern);
       match != std::sregex_iterator(); ++match)
    names.insert((*match)[1].str());
  return names;
}

Names in_table(const Command& command) {
  Names names;
  for (const Option& option : command.options)
    if (!option.hidden) names.insert(std::string(option.name));
  return names;
}

Names in_help(const Command& command) {
  static const std::regex line(R"(\n  (?:-\w, |    )--([a-z-]+))");
  return all_matches(help_of(command, "docker nixbuild"), line);
}

Names in_man_page(const Command& command) {
  std::string page = man_page();
  const std::size_t start =
      page.find(std::string(".SS \"docker nixbuild ") + std::string(command.name));
  BOOST_REQUIRE(start != std::string::npos);
  page = page.substr(start, page.find("\n.S", start + 1) - start);
  page = std::regex_replace(page, std::regex(R"(\\-)"), "-");
  static const std::regex tag(R"(\n\.TP\n[^\n]*\\fB--([a-z-]+)\\fR)");
  return all_matches(page, tag);
}

Names in_completion(const Command& command) {
  testing::FakeWorld world;
  std::vector<std::string> words{"__complete", "nixbuild"};
  std::istringstream names{std::string(command.name)};
  for (std::string name; names >> name;)
    words.push_back(name);
  words.emplace_back("--");
  BOOST_TEST(world.run(words) == 0);
  static const std::regex line(R"(--([a-z-]+)\t)");
  return all_matches(world.out.text, line);
}

} // namespace

BOOST_AUTO_TEST_SUITE(help)

BOOST_AUTO_TEST_CASE(help_man_page_and_completion_list_the_same_options) {
  for (const Command& command : commands()) {
    const Names expected = in_table(command);
    BOOST_TEST_CONTEXT(command.name) {
      BOOST_TEST(in_help(command) == expected, boost::test_tools::per_element());
      BOOST_TEST(in_man_page(command) == expected, boost::test_tools::per_element());
      BOOST_TEST(in_completion(command) == expected, boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(overview_lists_every_command) {
  const std::string text = overview("docker nixbuild");
  BOOST_TEST(text.starts_with("Usage:  docker nixbuild [OPTIONS] [INSTALLABLE]\n"));
  for (const Command* command : top_commands())
    BOOST_TEST(text.contains("\n  " + std::string(command->name) + " "));
  const std::string group = help_of(*find_command("builder"), "docker nixbuild");
  for (const Command* command : commands_of(*find_command("builder")))
    BOOST_TEST(group.contains("\n  " + std::string(command->name) + " "));
}

BOOST_AUTO_TEST_CASE(lines_fit_a_terminal) {
  for (const Command& command : commands()) {
    std::string text = help_of(command, "docker nixbuild");
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
      BOOST_TEST(end <= 100U);
      text.erase(0, end + 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(syntax_of_options) {
  BOOST_TEST(option_syntax({.name = "tag", .letter = 't', .values = {"NAME"}}) == "-t, --tag NAME");
  BOOST_TEST(option_syntax({.name = "arg", .values = {"NAME", "EXPR"}}) == "    --arg NAME EXPR");
}

BOOST_AUTO_TEST_CASE(usage_lines) {
  BOOST_TEST(usage_line(default_command(), "docker nixbuild") ==
             "Usage:  docker nixbuild build [OPTIONS] [INSTALLABLE]");
  BOOST_TEST(usage_line(*find_command("version"), "docker-nixbuild") ==
             "Usage:  docker-nixbuild version");
}

BOOST_AUTO_TEST_SUITE_END()
