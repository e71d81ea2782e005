#include "plugin/with_home.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>
#include <string>

using namespace nixbuild;
using namespace nixbuild::plugin;

BOOST_AUTO_TEST_SUITE(home_of_the_user)

BOOST_AUTO_TEST_CASE(a_home_that_is_set_stays) {
  const Environment environment(std::map<std::string, std::string>{{"HOME", "/home/me"}});
  BOOST_TEST(*with_home(environment).get("HOME") == "/home/me");
}

BOOST_AUTO_TEST_CASE(without_one_it_is_that_of_the_passwd_database) {
  const Environment environment =
      with_home(Environment(std::map<std::string, std::string>{{"HOME", ""}, {"TERM", "xterm"}}));
  BOOST_REQUIRE(environment.get("HOME").has_value());
  BOOST_TEST(std::filesystem::path(*environment.get("HOME")).is_absolute());
  BOOST_TEST(*environment.get("TERM") == "xterm");
}

BOOST_AUTO_TEST_SUITE_END()
