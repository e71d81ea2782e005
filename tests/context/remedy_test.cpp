#include "context/remedy.hpp"
#include "fakes/fake_runner.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <filesystem>
#include <map>
#include <string>

using namespace nixbuild;
using namespace nixbuild::context;

namespace fs = std::filesystem;

namespace {

struct Client {
  TempDir home;
  Environment environment{std::map<std::string, std::string>{{"HOME", home.path().string()}}};
  fakes::FakeRunner runner;

  std::string remedy(const fs::path& socket, int errno_value, Origin origin = Origin::config_file,
                     const std::string& name = "any") {
    Context context{.name = name, .origin = origin};
    context.endpoint.socket = socket;
    return remedy_of_silence(context, errno_value, environment, runner, {});
  }
};

bool has(const std::string& text, const char* words) {
  return text.find(words) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(remedies)

BOOST_AUTO_TEST_CASE(the_machine_behind_a_socket_is_to_be_started) {
  Client client;
  const fs::path home = client.home.path();
  BOOST_TEST(
      has(client.remedy(home / ".colima/office/docker.sock", ENOENT), "`colima start office`"));
  BOOST_TEST(
      has(client.remedy(home / ".colima/default/docker.sock", ECONNREFUSED), "`colima restart`"));
  BOOST_TEST(has(client.remedy(home / ".lima/vm/sock/docker.sock", ENOENT), "`limactl start vm`"));
  BOOST_TEST(
      has(client.remedy(home / ".lima/vm/sock/docker.sock", ECONNREFUSED), "`limactl stop vm`"));
  BOOST_TEST(has(client.remedy(home / ".orbstack/run/docker.sock", ENOENT), "OrbStack"));
  BOOST_TEST(has(client.remedy(home / "podman/vm-api.sock", ENOENT), "`podman machine start vm`"));
}

BOOST_AUTO_TEST_CASE(colima_is_asked_for_the_state) {
  Client client;
  client.runner.on({"colima", "list", "-j"},
                   {.out = R"({"name":"office","status":"Broken","runtime":"docker"})"});
  BOOST_TEST(has(client.remedy(client.home.path() / ".colima/office/docker.sock", ENOENT),
                 "`colima stop --force office`"));
}

BOOST_AUTO_TEST_CASE(without_an_engine_of_its_own_colima_may_be_meant) {
  Client client;
  const auto remedy = [&] {
    return client.remedy("/nonexistent/docker.sock", ENOENT, Origin::built_in, "default");
  };
  BOOST_TEST(has(remedy(), "is the engine running?"));
  fs::create_directory(client.home.path() / ".colima");
  BOOST_TEST(has(remedy(), "`colima start`"));
  client.runner.on({"colima"}, {.out = R"({"name":"office","status":"Stopped"})"});
  BOOST_TEST(has(remedy(), "`colima start office`"));
  client.runner.on({"colima"}, {.out = R"({"name":"office","status":"Running"})"});
  BOOST_TEST(has(remedy(), "`docker context use colima-office`"));
  // Who names a socket means that one.
  BOOST_TEST(has(client.remedy("/nonexistent/docker.sock", ENOENT, Origin::docker_host, "default"),
                 "is the engine running?"));
}

BOOST_AUTO_TEST_SUITE_END()
