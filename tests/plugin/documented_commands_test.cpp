// What README, docs/ and --help tell people to type is understood.
#include "plugin/command.hpp"
#include "plugin/invocation.hpp"
#include "plugin/parsed_options.hpp"
#include "sources.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>
#include <sstream>

using namespace nixbuild;
using namespace nixbuild::plugin;
using Words = std::vector<std::string>;

namespace fs = std::filesystem;

namespace {

// As far as such lines need a shell: words, single quotes, and what ends a command.
Words split(std::string_view line) {
  Words words{""};
  bool quoted = false;
  for (const char c : line) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (!quoted && c == ' ') {
      if (!words.back().empty()) words.emplace_back();
    } else if (!quoted && (c == '<' || c == ')' || (c == '#' && words.back().empty()))) {
      break;
    } else {
      words.back() += c;
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// The lines of code of a page that call us, from "docker" on.
std::vector<std::string> calls_in(const fs::path& page) {
  std::vector<std::string> calls;
  std::istringstream lines(read_file(page));
  bool code = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) code = !code && line.starts_with("```sh");
    const std::size_t ours = line.find("nixbuild");
    const std::size_t docker = line.rfind("docker ", ours);
    if (code && ours != std::string::npos && docker != std::string::npos)
      calls.push_back(line.substr(docker));
  }
  return calls;
}

// `arguments` are what stands behind the program's name.
void check_understood(const Words& arguments, const std::string& call) {
  BOOST_TEST_CONTEXT(call) {
    const ChosenCommand chosen = choose_command(arguments);
    if (chosen.command.name == "compose") return; // Compose is the one to complain
    BOOST_CHECK_NO_THROW({
      const ParsedOptions options =
          parse_options(chosen.command.options, chosen.arguments, Until::end);
      BOOST_TEST(options.words.size() <= chosen.command.most_words);
    });
    BOOST_TEST(commands_of(chosen.command).empty()); // else it only shows its help
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(documented_commands)

BOOST_AUTO_TEST_CASE(of_all_pages) {
  const fs::path sources = tests::sources();
  std::vector<fs::path> pages{sources / "README.md"};
  for (const auto& page : fs::directory_iterator(sources / "docs"))
    pages.push_back(page.path());
  BOOST_TEST(pages.size() > 5U);
  const std::map<std::string, std::string> variables{
      {"DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND", "docker"}};
  const Environment docker_cli(variables);
  std::size_t count = 0;
  for (const fs::path& page : pages) {
    for (const std::string& call : calls_in(page)) {
      const Invocation invocation =
          parse_invocation(split(call.substr(sizeof "docker")), docker_cli);
      check_understood(invocation.words, call);
      ++count;
    }
  }
  BOOST_TEST(count > 50U);
}

BOOST_AUTO_TEST_CASE(examples_of_help) {
  for (const Command& command : commands())
    for (const Example& example : command.examples)
      check_understood(split(example.command_line), std::string(example.command_line));
}

BOOST_AUTO_TEST_SUITE_END()
