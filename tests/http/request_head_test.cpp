#include "http/request_head.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using http::Request;
using http::request_head;

namespace {

void check_refused(const Request& request) {
  BOOST_CHECK_EXCEPTION((void)request_head(request, "host"), Error, [](const Error& error) {
    return error.kind() == ErrorKind::invalid_input;
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(request_head_text)

BOOST_AUTO_TEST_CASE(without_a_body) {
  BOOST_TEST(request_head({.target = "/_ping", .headers = {{"X-A", "1"}}}, "docker") ==
             "GET /_ping HTTP/1.1\r\nHost: docker\r\nX-A: 1\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(bodies_have_their_length) {
  BOOST_TEST(request_head({.method = "POST", .target = "/x", .body = "abc"}, "h") ==
             "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n");
  BOOST_TEST(request_head({.method = "POST", .target = "/x"}, "h") ==
             "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
  const Request streamed{.method = "POST",
                         .target = "/x",
                         .stream = [](archive::Sink&) {},
                         .stream_size = 5'000'000'000};
  BOOST_TEST(request_head(streamed, "h").find("Content-Length: 5000000000\r\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_can_smuggle_in_a_line) {
  check_refused({.target = "/a b"});
  check_refused({.target = "/a\r\nX: 1"});
  check_refused({.target = "a"});
  check_refused({.target = ""});
  check_refused({.method = "GET /", .target = "/"});
  check_refused({.method = "", .target = "/"});
  check_refused({.target = "/", .headers = {{"A\r\nB", "1"}}});
  check_refused({.target = "/", .headers = {{"A:", "1"}}});
  check_refused({.target = "/", .headers = {{"", "1"}}});
  check_refused({.target = "/", .headers = {{"A", "1\r\nB: 2"}}});
  check_refused({.target = "/", .headers = {{"A", std::string("1\0", 2)}}});
  BOOST_CHECK_NO_THROW((void)request_head({.target = "/", .headers = {{"A", "\xc3\xa4"}}}, "h"));
}

BOOST_AUTO_TEST_SUITE_END()
