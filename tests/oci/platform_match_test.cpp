#include "oci/platform_match.hpp"

#include <boost/test/unit_test.hpp>

using nixbuild::oci::Platform;

namespace {

int distance(const char* wanted, const char* offered) {
  return nixbuild::oci::platform_distance(Platform::parse(wanted).value(),
                                          Platform::parse(offered).value())
      .value_or(-1);
}

} // namespace

BOOST_AUTO_TEST_SUITE(platform_match)

BOOST_AUTO_TEST_CASE(equal_platforms_are_nearest) {
  BOOST_TEST(distance("linux/amd64", "linux/amd64") == 0);
  BOOST_TEST(distance("linux/arm64", "linux/arm64/v8") == 0);
  BOOST_TEST(distance("linux/arm", "linux/arm/v7") == 0);
  BOOST_TEST(distance("linux/riscv64", "linux/riscv64") == 0);
}

BOOST_AUTO_TEST_CASE(older_variants_run_and_newer_ones_do_not) {
  BOOST_TEST(distance("linux/arm/v7", "linux/arm/v6") == 1);
  BOOST_TEST(distance("linux/arm/v7", "linux/arm/v5") == 2);
  BOOST_TEST(distance("linux/arm/v6", "linux/arm/v7") == -1);
  BOOST_TEST(distance("linux/amd64/v3", "linux/amd64") == 2);
  BOOST_TEST(distance("linux/amd64", "linux/amd64/v2") == -1);
  BOOST_TEST(distance("linux/arm64/v9", "linux/arm64") == 1);
}

BOOST_AUTO_TEST_CASE(others_do_not_run) {
  BOOST_TEST(distance("linux/amd64", "linux/arm64") == -1);
  BOOST_TEST(distance("linux/amd64", "windows/amd64") == -1);
  BOOST_TEST(distance("linux/amd64", "linux/386") == -1);
  BOOST_TEST(distance("linux/amd64/v3", "linux/amd64/new") == -1);
}

BOOST_AUTO_TEST_SUITE_END()
