#include "builder/agent_script.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

using namespace nixbuild::builder;

namespace {

const std::string digest(64, 'a');

// One single-quoted argument that every shell reads alike.
bool is_plain(const std::string& script) {
  const std::string start = "exec sh -c '";
  return script.starts_with(start) && script.ends_with("'") &&
         std::ranges::count(script, '\'') == 2 && script.find_first_of("!\n") == std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(agent_scripts)

BOOST_AUTO_TEST_CASE(any_login_shell_can_read_them) {
  const AgentFile agent{.path = "/it's/a file!", .sha256 = digest, .size = 12};
  BOOST_TEST(is_plain(start_script({{"x86_64", agent}, {"aarch64", agent}})));
  BOOST_TEST(is_plain(start_script({})));
  BOOST_TEST(is_plain(install_script(agent)));
}

BOOST_AUTO_TEST_CASE(no_file_name_of_ours_is_in_them) {
  const AgentFile agent{.path = "/somewhere/agent", .sha256 = digest, .size = 12};
  BOOST_TEST(start_script({{"x86_64", agent}}).find("somewhere") == std::string::npos);
  BOOST_TEST(install_script(agent).find("somewhere") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
