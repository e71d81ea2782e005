#include "context/lima_guest_socket.hpp"
#include "fakes/fake_runner.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using context::lima_guest_socket;
using context::parse_lima_guest_socket;

namespace {

constexpr const char* socket = "/Users/me/.lima/default/sock/docker.sock";

// As limactl 2.2 prints it, without members that do not matter.
constexpr const char* listed =
    R"({"name":"other","status":"Stopped","errors":["x"]})"
    "\n"
    R"({"name":"default","hostname":"lima-default","status":"Running","config":{"portForwards":[)"
    R"({"guestIP":"127.0.0.1","guestPortRange":[1,65535],"proto":"tcp"},)"
    R"({"guestSocket":"/run/user/501/podman.sock","hostSocket":"/Users/me/x.sock","proto":"tcp"},)"
    R"({"guestSocket":"/run/user/501/docker.sock",)"
    R"("hostSocket":"/Users/me/.lima/default/sock/docker.sock","proto":"tcp"}]}})"
    "\n";

} // namespace

BOOST_AUTO_TEST_SUITE(lima_guest_sockets)

BOOST_AUTO_TEST_CASE(the_forward_to_our_socket_tells) {
  BOOST_TEST(parse_lima_guest_socket(listed, socket).value() == "/run/user/501/docker.sock");
  BOOST_TEST(!parse_lima_guest_socket(listed, "/Users/me/y.sock").has_value());
}

BOOST_AUTO_TEST_CASE(what_is_not_understood_tells_nothing) {
  const std::string text = listed;
  for (std::size_t length = 0; length + 2 < text.size(); ++length)
    BOOST_TEST(!parse_lima_guest_socket(text.substr(0, length), socket).has_value());
  for (const char* other :
       {"[]", "{}", R"({"config":[]})", R"({"config":{"portForwards":{}}})",
        R"({"config":{"portForwards":[1,{},{"guestSocket":1,"hostSocket":"/x"}]}})",
        R"({"config":{"portForwards":[{"guestSocket":"--x","hostSocket":"/x"}]}})"})
    BOOST_TEST(!parse_lima_guest_socket(other, "/x").has_value());
}

BOOST_AUTO_TEST_CASE(limactl_is_asked_for_the_instance_in_its_home) {
  fakes::FakeRunner runner;
  runner.on({"limactl", "list", "--json", "default"}, {.out = listed});
  BOOST_TEST(lima_guest_socket("/Users/me/.lima/default", socket, runner, {}).value() ==
             "/run/user/501/docker.sock");
  BOOST_TEST(runner.started.at(0).environment.at("LIMA_HOME").value() == "/Users/me/.lima");
}

BOOST_AUTO_TEST_CASE(without_limactl_or_its_answer_nothing_is_known) {
  fakes::FakeRunner runner;
  BOOST_TEST(!lima_guest_socket("/l/default", socket, runner, {}).has_value());
  runner.on({"limactl"}, fakes::failing("no such instance"));
  BOOST_TEST(!lima_guest_socket("/l/default", socket, runner, {}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
