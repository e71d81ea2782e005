#include "oci/platform.hpp"

#include <boost/test/unit_test.hpp>

using nixbuild::oci::Platform;

BOOST_AUTO_TEST_SUITE(platform)

BOOST_AUTO_TEST_CASE(is_normalised_as_containerd_does) {
  const auto normal = [](const char* text) { return Platform::parse(text).value().str(); };
  BOOST_TEST(normal("linux/amd64") == "linux/amd64");
  BOOST_TEST(normal("linux/x86_64") == "linux/amd64");
  BOOST_TEST(normal("linux/amd64/v1") == "linux/amd64");
  BOOST_TEST(normal("linux/amd64/v3") == "linux/amd64/v3");
  BOOST_TEST(normal("linux/aarch64") == "linux/arm64");
  BOOST_TEST(normal("linux/arm64/v8") == "linux/arm64");
  BOOST_TEST(normal("linux/arm64/v9") == "linux/arm64/v9");
  BOOST_TEST(normal("linux/arm") == "linux/arm/v7");
  BOOST_TEST(normal("linux/arm/6") == "linux/arm/v6");
  BOOST_TEST(normal("linux/armhf") == "linux/arm/v7");
  BOOST_TEST(normal("linux/armel") == "linux/arm/v6");
  BOOST_TEST(normal("linux/i686") == "linux/386");
  BOOST_TEST(normal("Linux/AMD64") == "linux/amd64");
  BOOST_TEST(normal("macos/arm64") == "darwin/arm64");
  BOOST_TEST(normal("linux/riscv64") == "linux/riscv64");
}

BOOST_AUTO_TEST_CASE(linux_is_implied_before_an_architecture) {
  BOOST_TEST((Platform::parse("arm64") == Platform::parse("linux/arm64")));
  BOOST_TEST(!Platform::parse("linux"));
}

BOOST_AUTO_TEST_CASE(other_texts_are_refused) {
  for (const char* text : {"", "/", "linux/", "/amd64", "linux//v7", "linux/arm/v7/x", "linux/a b",
                           "linux/\xc3\xa9", "linux/amd64\n"}) {
    BOOST_TEST(!Platform::parse(text), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
