#include "context/host.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace nixbuild;
using context::Endpoint;
using context::parse_host;
using context::parse_stored_host;
using Scheme = context::Endpoint::Scheme;

namespace {

struct Understood {
  std::string text;
  Scheme scheme;
  std::string host;
  std::string base_path = {};
};

struct Refused {
  std::string text;
  std::string reason;
  std::string hint = {};
};

void check(const Endpoint& endpoint, const Understood& expected) {
  BOOST_CHECK(endpoint.scheme == expected.scheme);
  BOOST_TEST(endpoint.host == expected.host);
  BOOST_TEST(endpoint.base_path == expected.base_path);
  const bool is_socket = expected.scheme == Scheme::unix_socket;
  BOOST_TEST(endpoint.socket.string() == (is_socket ? expected.host.substr(7) : ""));
}

template <class Parse>
void check_refused(const std::vector<Refused>& table, const Parse& parse) {
  for (const Refused& row : table) {
    BOOST_TEST_CONTEXT(row.text) {
      BOOST_CHECK_EXCEPTION((void)parse(row.text), Error, [&](const Error& error) {
        BOOST_TEST_MESSAGE(error.message() << " [" << error.hint() << "]");
        return error.kind() == ErrorKind::invalid_input &&
               error.message().find(row.reason) != std::string::npos &&
               error.message().find("here") != std::string::npos &&
               error.hint().find(row.hint) != std::string::npos;
      });
    }
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(host)

// Each row is what docker 28.2.2 makes of the same host.
BOOST_AUTO_TEST_CASE(flag_or_variable_is_filled_in) {
  const std::vector<Understood> table{
      {"127.0.0.1:1", Scheme::tcp, "tcp://127.0.0.1:1"},
      {"localhost", Scheme::tcp, "tcp://localhost:2375"},
      {":1", Scheme::tcp, "tcp://localhost:1"},
      {"localhost/", Scheme::tcp, "tcp://localhost:2375/"},
      {"[::1]:1", Scheme::tcp, "tcp://[::1]:1"},
      {"tcp://", Scheme::tcp, "tcp://localhost:2375"},
      {"tcp://h", Scheme::tcp, "tcp://h:2375"},
      {"tcp://h:", Scheme::tcp, "tcp://h:2375"},
      {"tcp://h:1", Scheme::tcp, "tcp://h:1"},
      {"tcp://h:1/", Scheme::tcp, "tcp://h:1/"},
      {"tcp://h:1/base", Scheme::tcp, "tcp://h:1/base", "/base"},
      {"tcp://h/base/", Scheme::tcp, "tcp://h:2375/base/", "/base"},
      {"tcp://:1/x", Scheme::tcp, "tcp://localhost:1/x", "/x"},
      {"tcp://[::1]:", Scheme::tcp, "tcp://[::1]:2375"},
      {"tcp://[::1]:99", Scheme::tcp, "tcp://[::1]:99"},
      {"tcp://::1", Scheme::tcp, "tcp://[::1]:2375"},
      {"tcp://u:p@h:1", Scheme::tcp, "tcp://h:1"},
      {"tcp://h:1?q=1", Scheme::tcp, "tcp://h:1"},
      {"tcp://h:1#f", Scheme::tcp, "tcp://h:1"},
      {"unix://", Scheme::unix_socket, "unix:///var/run/docker.sock"},
      {"unix:///a", Scheme::unix_socket, "unix:///a"},
      {"unix://a/b", Scheme::unix_socket, "unix://a/b"},
      {"unix:///with space", Scheme::unix_socket, "unix:///with space"},
      {" unix:///a\n", Scheme::unix_socket, "unix:///a"},
      {"ssh://h", Scheme::ssh, "ssh://h"},
      {"ssh://u@h:22/x", Scheme::ssh, "ssh://u@h:22/x"},
      {"ssh://u@[::1]:22", Scheme::ssh, "ssh://u@[::1]:22"},
      {"ssh://u@h/a%20b", Scheme::ssh, "ssh://u@h/a%20b"},
  };
  for (const Understood& row : table) {
    BOOST_TEST_CONTEXT(row.text) {
      check(parse_host(row.text, "here", false), row);
    }
  }
}

BOOST_AUTO_TEST_CASE(nothing_means_the_usual_place) {
  for (const std::string blank : {"", "  \n"}) {
    check(parse_host(blank, "here", false),
          {blank, Scheme::unix_socket, "unix:///var/run/docker.sock"});
    check(parse_host(blank, "here", true), {blank, Scheme::tcp, "tcp://localhost:2376"});
  }
  // The port does not depend on TLS once a host is named.
  check(parse_host("h", "here", true), {"h", Scheme::tcp, "tcp://h:2375"});
}

BOOST_AUTO_TEST_CASE(what_cannot_be_dialled_is_refused) {
  check_refused(
      {
          {"fd://", "fd:// is for the engine"},
          {"fd://x", "fd:// is for the engine"},
          {"npipe://", "Windows"},
          {"npipe:////./pipe/docker_engine", "Windows"},
          {"foo://x", "scheme \"foo\""},
          {"TCP://h", "scheme \"TCP\""},
          {"tcp://h:abc", "\"abc\" is not a port"},
          {"tcp://h:-1", "is not a port"},
          {"tcp://h:1x", "is not a port"},
          {"tcp://a b", "character"},
          {"tcp://h:1/a%zz", "character"},
          {"tcp://h:1/a%2", "character"},
          {"tcp://h\x01", "character"},
          {"unix:///a://b", "second scheme"},
          {"ssh://", "no machine"},
          {"ssh:///path", "no machine"},
          {"ssh://u@", "no machine"},
          {"ssh://u:p@h", "password"},
          {"ssh://h?q=1", "query"},
          {"ssh://h#f", "fragment"},
          {"ssh://h:x", "is not a port"},
      },
      [](const std::string& text) { return parse_host(text, "here", false); });
}

BOOST_AUTO_TEST_CASE(classic_mistakes_get_a_hint) {
  check_refused(
      {
          {"/var/run/docker.sock", "takes a path for a tcp address",
           "write unix:///var/run/docker.sock"},
          {"unix:/var/run/docker.sock", "takes a path for a tcp address",
           "write unix:///var/run/docker.sock"},
          {"./docker.sock", "takes a path for a tcp address", "write unix://./docker.sock"},
          {"http://h:2375", "called tcp", "write tcp://h:2375"},
          {"https://h:2376", "called tcp", "write tcp://h:2376"},
          {"tcp://[::1]", "needs a port", "write tcp://[::1]:2375"},
      },
      [](const std::string& text) { return parse_host(text, "here", false); });
}

BOOST_AUTO_TEST_CASE(stored_host_is_taken_as_it_is) {
  const std::vector<Understood> table{
      {"", Scheme::unix_socket, "unix:///var/run/docker.sock"},
      {"unix:///a", Scheme::unix_socket, "unix:///a"},
      {"unix:// a", Scheme::unix_socket, "unix:// a"},
      {"tcp://h:1/base/", Scheme::tcp, "tcp://h:1/base/", "/base"},
      {"tcp://h", Scheme::tcp, "tcp://h"},
      {"ssh://u@h", Scheme::ssh, "ssh://u@h"},
  };
  for (const Understood& row : table) {
    BOOST_TEST_CONTEXT(row.text) {
      check(parse_stored_host(row.text, "here"), row);
    }
  }
  check_refused(
      {
          {"h", "no scheme"},
          {"/var/run/docker.sock", "no scheme"},
          {"unix://", "nothing follows"},
          {"tcp://", "nothing follows"},
          {"npipe:////./pipe/x", "Windows"},
          {"http://h", "called tcp", "write tcp://h"},
          {"ssh://u:p@h", "password"},
          {" unix:///a", "scheme \" unix\""},
      },
      [](const std::string& text) { return parse_stored_host(text, "here"); });
}

BOOST_AUTO_TEST_SUITE_END()
