#include "pipeline/directories.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using Variables = std::map<std::string, std::string>;

BOOST_AUTO_TEST_SUITE(directories)

BOOST_AUTO_TEST_CASE(below_home_unless_said_otherwise) {
  const Environment home(Variables{{"HOME", "/home/me"}});
  BOOST_TEST(pipeline::state_directory(home) == "/home/me/.local/state/docker-nixbuild");
  BOOST_TEST(pipeline::cache_directory(home) == "/home/me/.cache/docker-nixbuild");
  const Environment xdg(
      Variables{{"HOME", "/home/me"}, {"XDG_STATE_HOME", "/s"}, {"XDG_CACHE_HOME", "/c"}});
  BOOST_TEST(pipeline::state_directory(xdg) == "/s/docker-nixbuild");
  BOOST_TEST(pipeline::cache_directory(xdg) == "/c/docker-nixbuild");
}

BOOST_AUTO_TEST_CASE(without_a_home_it_is_said_what_to_set) {
  BOOST_CHECK_EXCEPTION(
      (void)pipeline::cache_directory(Environment()), Error,
      [](const Error& error) { return error.hint().find("XDG_CACHE_HOME") != std::string::npos; });
}

BOOST_AUTO_TEST_SUITE_END()
