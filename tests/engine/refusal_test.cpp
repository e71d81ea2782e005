#include "engine/refusal.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace nixbuild;
using engine::daemon_text;

BOOST_AUTO_TEST_SUITE(refusal)

BOOST_AUTO_TEST_CASE(words_of_the_daemon) {
  BOOST_TEST(daemon_text(500, R"({"message":"it broke"})") == "it broke");
  BOOST_TEST(daemon_text(500, R"({"cause":"x","message":"it broke: x","response":500})") ==
             "it broke: x");
  BOOST_TEST(daemon_text(502, "Bad Gateway\n") == "Bad Gateway\n");
  BOOST_TEST(daemon_text(400, R"({"message":7})") == R"({"message":7})");
  BOOST_TEST(daemon_text(403, "") == "HTTP status 403");
  BOOST_TEST(daemon_text(500, std::string(100'000, 'x')).size() <= 8192U);
}

BOOST_AUTO_TEST_CASE(refusal_says_what_could_not_be_done) {
  const Error error = engine::refusal("load the image", "invalid diffID for layer 0");
  BOOST_CHECK(error.kind() == ErrorKind::refused);
  BOOST_TEST(error.message() == "the engine could not load the image");
  BOOST_TEST(error.detail() == "invalid diffID for layer 0");
}

BOOST_AUTO_TEST_CASE(full_disk_has_a_remedy) {
  const Error error = engine::refusal("load the image", "write /x: no space left on device");
  BOOST_CHECK(error.kind() == ErrorKind::no_space);
  BOOST_TEST(!error.hint().empty());
}

BOOST_AUTO_TEST_SUITE_END()
