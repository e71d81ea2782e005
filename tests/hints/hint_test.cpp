#include "hints/hint.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace nixbuild::hints;

namespace {

std::string after(const std::string& command, const Surroundings& around,
                  const HookCall& call = {}) {
  HookCall named = call;
  named.command = command;
  return hint_after(named, around).value_or("");
}

} // namespace

BOOST_AUTO_TEST_SUITE(hint)

BOOST_AUTO_TEST_CASE(nothing_is_said_where_nix_is_not) {
  const std::string commands = hooked_commands() + ",";
  for (std::size_t begin = 0; begin < commands.size();) {
    const std::size_t end = commands.find(',', begin);
    const std::string command = commands.substr(begin, end - begin);
    BOOST_TEST(after(command, {}) == "");
    BOOST_TEST(after(command, {.flake = true, .compose = true}) != "", command);
    begin = end + 1;
  }
  BOOST_TEST(after("ps", {.flake = true}) == "");
}

BOOST_AUTO_TEST_CASE(a_build_that_failed_gets_one_too) {
  BOOST_TEST(after("buildx build", {.flake = true}).ends_with("→ docker nixbuild"));
  BOOST_TEST(after("build", {.flake = true}, {.failed = true}).ends_with("→ docker nixbuild"));
}

BOOST_AUTO_TEST_CASE(compose) {
  const Surroundings extension{.compose = true, .extension = true};
  BOOST_TEST(after("compose up", extension).ends_with("→ docker nixbuild compose up"));
  BOOST_TEST(after("compose build", extension).ends_with("→ docker nixbuild compose build"));
  BOOST_TEST(after("compose up", extension, {.failed = true}) == "");
  // What works already needs no hint.
  BOOST_TEST(after("compose up", {.flake = true, .compose = true, .provider = true}) == "");
  BOOST_TEST(after("compose up", {.flake = true, .compose = true}).contains("x-nixbuild"));
}

BOOST_AUTO_TEST_CASE(load_names_the_archive_when_the_cli_knows_it) {
  BOOST_TEST(after("load", {.result = true}, {.flags = {"input"}})
                 .ends_with(R"(docker nixbuild load -i {{flag . "input"}})"));
  BOOST_TEST(after("image load", {.result = true}).ends_with("docker nixbuild load < ARCHIVE"));
  BOOST_TEST(
      after("load", {.flake = true}).ends_with("\nBuild and load in one step → docker nixbuild"));
}

BOOST_AUTO_TEST_SUITE_END()
