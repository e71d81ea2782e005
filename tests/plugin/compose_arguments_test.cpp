#include "plugin/compose_arguments.hpp"

#include <boost/test/unit_test.hpp>

#include <fmt/ranges.h>

using namespace nixbuild::plugin;
using Words = std::vector<std::string>;

namespace {

// "command: services", and what is special.
std::string understood(const Words& arguments) {
  const ComposeArguments parsed = parse_compose_arguments(arguments);
  std::string text = parsed.command + ":";
  for (const std::string& service : parsed.services)
    text += " " + service;
  if (!parsed.needs_images) text += " (no images)";
  if (!parsed.knows_services) text += " (unknown)";
  if (parsed.without_dependencies) text += " (alone)";
  if (parsed.dry_run) text += " (dry run)";
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(compose_arguments)

BOOST_AUTO_TEST_CASE(services_are_told_from_values) {
  BOOST_TEST(understood({"up"}) == "up:");
  BOOST_TEST(understood({"up", "-d", "web", "--timeout", "5", "db"}) == "up: web db");
  BOOST_TEST(understood({"up", "--scale", "web=2", "--no-deps", "web"}) == "up: web (alone)");
  BOOST_TEST(understood({"up", "--no-deps=false", "-t5", "web"}) == "up: web");
  BOOST_TEST(understood({"build", "--build-arg", "a=b", "web"}) == "build: web");
  BOOST_TEST(understood({"create", "--pull", "never"}) == "create:");
  BOOST_TEST(understood({"watch", "web"}) == "watch: web");
  BOOST_TEST(understood({"run", "--rm", "-e", "A=b", "web", "--no-deps", "sh"}) == "run: web");
  BOOST_TEST(understood({"up", "--new-thing", "5", "web"}) == "up: 5 web (unknown)");
}

BOOST_AUTO_TEST_CASE(commands_that_need_no_images) {
  BOOST_TEST(understood({}) == ": (no images)");
  BOOST_TEST(understood({"down", "web"}) == "down: (no images)");
  BOOST_TEST(understood({"-f", "up", "ps"}) == "ps: (no images)");
  BOOST_TEST(understood({"up", "--no-build"}) == "up: (no images)");
  BOOST_TEST(understood({"up", "--help"}) == "up: (no images)");
  BOOST_TEST(understood({"build", "--print"}) == "build: (no images)");
  BOOST_TEST(understood({"--dry-run", "up"}) == "up: (dry run)");
  BOOST_TEST(understood({"up", "--dry-run"}) == "up: (dry run)");
}

BOOST_AUTO_TEST_CASE(what_stands_before_the_command) {
  const ComposeArguments parsed = parse_compose_arguments(
      Words{"-f", "a.yaml", "--file=b.yaml", "--project-directory", "/srv", "-pshop", "--profile",
            "up", "--progress", "plain", "up", "-d"});
  BOOST_TEST(parsed.command == "up");
  BOOST_TEST(parsed.global.size() == 10U);
  BOOST_TEST(parsed.global.back() == "plain");
  BOOST_TEST(parsed.place.files == (Words{"a.yaml", "b.yaml"}), boost::test_tools::per_element());
  BOOST_TEST(parsed.place.directory.value_or("") == "/srv");
  BOOST_TEST(parsed.progress.value_or("") == "plain");
}

BOOST_AUTO_TEST_CASE(options_of_ours_stand_before_the_command_and_are_not_handed_on) {
  const ComposeArguments parsed = parse_compose_arguments(Words{
      "--watch", "-p", "--watch", "--recreate=true", "up", "--watch", "-d", "-t5", "-V", "web"});
  BOOST_TEST(parsed.watch);
  BOOST_TEST(parsed.recreate);
  BOOST_TEST(parsed.detached);
  BOOST_TEST(parsed.command == "up");
  BOOST_TEST(parsed.global == (Words{"-p", "--watch"}), boost::test_tools::per_element());
  BOOST_TEST(parsed.forwarded ==
                 (Words{"-p", "--watch", "up", "--watch", "-d", "-t5", "-V", "web"}),
             boost::test_tools::per_element());
  BOOST_TEST(parsed.for_recreation == (Words{"--timeout=5", "--renew-anon-volumes"}),
             boost::test_tools::per_element());
  const ComposeArguments other = parse_compose_arguments(Words{"up", "--watch", "--detach=false"});
  BOOST_TEST((!other.watch && !other.recreate && !other.detached));
  BOOST_TEST(parse_compose_arguments(Words{"--watch", "-p", "x"}).global == (Words{"-p", "x"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
