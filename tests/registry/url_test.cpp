#include "registry/endpoint.hpp"
#include "registry/url.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace nixbuild;
using namespace nixbuild::registry;

BOOST_AUTO_TEST_SUITE(url)

BOOST_AUTO_TEST_CASE(origins) {
  BOOST_TEST(origin_of("https://A.example:443/x?y") == "https://a.example");
  BOOST_TEST(origin_of("http://a.example:80") == "http://a.example");
  BOOST_TEST(origin_of("https://a.example:80/") == "https://a.example:80");
  BOOST_TEST(origin_of("https://a.example?x=/") == "https://a.example");
  BOOST_TEST(origin_of("ftp://a.example/").empty());
  BOOST_TEST(origin_of("/v2/").empty());
}

BOOST_AUTO_TEST_CASE(locations) {
  const std::string base = "https://a.example:5000/v2/x/blobs/uploads/?mount=1";
  BOOST_TEST(resolve(base, "https://b.example/y?z") == "https://b.example/y?z");
  BOOST_TEST(resolve(base, "/y?z") == "https://a.example:5000/y?z");
  BOOST_TEST(resolve(base, "//b.example/y") == "https://b.example/y");
  BOOST_TEST(resolve(base, "y?z") == "https://a.example:5000/v2/x/blobs/uploads/y?z");
  BOOST_TEST(resolve(base, "?z") == "https://a.example:5000/v2/x/blobs/uploads/?z");
  BOOST_TEST(resolve("https://a.example", "y") == "https://a.example/y");
  for (const std::string bad : {"", "file:///etc/passwd", "javascript:x"})
    BOOST_CHECK_THROW((void)resolve(base, bad), Error);
}

BOOST_AUTO_TEST_CASE(parameters) {
  BOOST_TEST(with_parameter("https://a/x", "digest", "a:b") == "https://a/x?digest=a%3Ab");
  BOOST_TEST(with_parameter("https://a/x?s=1", "d", "&") == "https://a/x?s=1&d=%26");
}

BOOST_AUTO_TEST_CASE(base64_of_every_length) {
  BOOST_TEST(base64("").empty());
  BOOST_TEST(base64("f") == "Zg==");
  BOOST_TEST(base64("fo") == "Zm8=");
  BOOST_TEST(base64("foo") == "Zm9v");
  BOOST_TEST(base64("foob\xff") == "Zm9vYv8=");
}

BOOST_AUTO_TEST_CASE(this_machine) {
  for (const std::string here :
       {"localhost", "localhost:5000", "127.0.0.1:5000", "127.1.2.3", "[::1]:5000"})
    BOOST_TEST(is_this_machine(here));
  for (const std::string elsewhere :
       {"localhost.example", "127.evil.example", "10.0.0.1", "[::2]", "[::1].example"})
    BOOST_TEST(!is_this_machine(elsewhere));
  BOOST_TEST(server_of("docker.io") == "registry-1.docker.io");
  BOOST_TEST(server_of("ghcr.io") == "ghcr.io");
}

BOOST_AUTO_TEST_SUITE_END()
