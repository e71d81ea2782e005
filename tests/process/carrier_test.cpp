#include "process/carrier.hpp"
#include "process/runner.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>

using namespace nixbuild;

BOOST_AUTO_TEST_SUITE(carrier)

BOOST_AUTO_TEST_CASE(secrets_of_ours_are_kept_from_it) {
  for (const char* name : {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "CACHIX_AUTH_TOKEN",
                           "CACHIX_SIGNING_KEY", "DOCKER_AUTH_CONFIG", "NIX_CONFIG",
                           "NIXBUILD_CACHE_FROM", "NIXBUILD_CACHE_TO", "SOMETHING_ELSE"}) {
    BOOST_TEST(::setenv(name, "told-to-us", 1) == 0);
  }
  const auto runner = process::system_runner();
  const auto kept = process::capture(*runner, {.argv = {"env"}}, {});
  BOOST_TEST(kept.out.contains("CACHIX_AUTH_TOKEN=told-to-us"));
  const auto answer = process::capture(*runner, process::carrier({"env"}), {});
  BOOST_TEST(answer.out.contains("SOMETHING_ELSE=told-to-us"));
  const std::size_t first = answer.out.find("told-to-us");
  BOOST_TEST(answer.out.find("told-to-us", first + 1) == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
