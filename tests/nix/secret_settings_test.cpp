#include "nix/flags.hpp"
#include "nix/secret_settings.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>

using namespace nixbuild;
using namespace nixbuild::nix;

namespace {

Environment environment(std::map<std::string, std::string> variables = {}) {
  return Environment(std::move(variables));
}

} // namespace

BOOST_AUTO_TEST_SUITE(secret_settings_of_nix)

BOOST_AUTO_TEST_CASE(what_may_be_secret) {
  BOOST_TEST(may_be_secret("access-tokens", "github.com=ghp_x"));
  BOOST_TEST(may_be_secret("extra-access-tokens", "gitlab.com=PAT:x"));
  BOOST_TEST(may_be_secret("impure-env", "TOKEN=x"));
  BOOST_TEST(may_be_secret("substituters", "https://a https://me:pw@cache.example/x"));
  BOOST_TEST(!may_be_secret("substituters", "https://cache.example/@x ssh-ng://vm"));
  BOOST_TEST(!may_be_secret("sandbox", "false"));
}

BOOST_AUTO_TEST_CASE(secrets_are_in_the_environment_and_not_in_argv) {
  const Options options{.settings = {{"sandbox", "false"}, {"access-tokens", "github.com=ghp_x"}}};
  for (const Arguments& argv : {evaluation_flags(options), realisation_flags(options)})
    for (const std::string& word : argv)
      BOOST_TEST(word.find("ghp_x") == std::string::npos);
  BOOST_TEST(*environment_for(options, environment()).at("NIX_CONFIG") ==
             "access-tokens = github.com=ghp_x\n");
  // After what is there: the last one counts.
  BOOST_TEST(
      *environment_for(options, environment({{"NIX_CONFIG", "cores = 1"}})).at("NIX_CONFIG") ==
      "cores = 1\naccess-tokens = github.com=ghp_x\n");
}

BOOST_AUTO_TEST_CASE(without_secrets_the_environment_stays) {
  BOOST_TEST(environment_for({.settings = {{"sandbox", "false"}}}, environment()).empty());
}

BOOST_AUTO_TEST_CASE(a_secret_that_no_line_can_say_is_refused_unseen) {
  for (const std::string value : {"github.com=hidden#x", "github.com=hidden\nsandbox = false"}) {
    BOOST_CHECK_EXCEPTION((void)secret_settings({.settings = {{"access-tokens", value}}}), Error,
                          [](const Error& error) {
                            return error.kind() == ErrorKind::invalid_input &&
                                   error.message().find("hidden") == std::string::npos;
                          });
  }
}

BOOST_AUTO_TEST_SUITE_END()
