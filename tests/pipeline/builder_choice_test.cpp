#include "builder/builder_store.hpp"
#include "fakes/fake_engine.hpp"
#include "fakes/fake_runner.hpp"
#include "fakes/recording_reporter.hpp"
#include "http/socket_client.hpp"
#include "pipeline/builder_choice.hpp"
#include "pipeline/directories.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>

using namespace nixbuild;
using namespace nixbuild::pipeline;
using builder::Driver;
using context::Endpoint;

namespace fs = std::filesystem;

namespace {

constexpr const char* far = "tcp://far:2376";

Endpoint tcp() {
  return {.scheme = Endpoint::Scheme::tcp, .host = far};
}

// A user's home, an engine, and a Nix that says what it can build.
class Fixture {
public:
  Fixture() {
    fs::create_directories(home() / "bin");
    std::ofstream(home() / "bin/nix") << "#!/bin/sh\n";
    fs::permissions(home() / "bin/nix", fs::perms::owner_all);
    nix_builds("x86_64-linux");
  }

  [[nodiscard]] fs::path home() const { return temp_.path(); }

  void nix_builds(const std::string& system) {
    runner_.on({"show-config"}, fakes::Reply{.out = "system = " + system + "\n"});
  }
  void engine_has_container() {
    engine.on("GET", "/containers/docker-nixbuild-default/json",
              fakes::FakeEngine::Reply{.body = R"({"Id":"a","State":{"Status":"exited"}})"});
  }

  ChosenBuilder choose(const Endpoint& endpoint, const BuildRequest& request = {}) {
    Connection connection{.context = {.name = "here", .endpoint = endpoint},
                          .engine = engine::Engine(http::unix_connector(engine.socket()), {}),
                          .docker = {"docker"}};
    World world{environment_, runner_, reporter};
    return choose_builder(request, connection, world, {});
  }
  Driver driver(const Endpoint& endpoint, const BuildRequest& request = {}) {
    return choose(endpoint, request).driver;
  }
  // A socket at that place in the home.
  Endpoint socket_at(const std::string& place) const {
    return {.host = "unix://" + (home() / place).string(), .socket = home() / place};
  }
  void has_ssh_config(const std::string& folder) const {
    fs::create_directories(home() / folder);
    std::ofstream(home() / folder / "ssh.config") << "Host lima\n";
  }
  void keep(const builder::NamedBuilder& builder) const {
    builder::BuilderStore(builders_directory(environment_)).save(builder);
  }
  Error failure(const Endpoint& endpoint, const BuildRequest& request) {
    try {
      (void)choose(endpoint, request);
    } catch (const Error& error) {
      return error;
    }
    BOOST_FAIL("no error");
    return {ErrorKind::internal, ""};
  }

  fakes::FakeEngine engine{fakes::Profile::docker_28()};
  fakes::RecordingReporter reporter;

private:
  TempDir temp_;
  Environment environment_{
      {{"HOME", temp_.path().string()}, {"PATH", (temp_.path() / "bin").string()}}};
  fakes::FakeRunner runner_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(builder_choice, Fixture)

BOOST_AUTO_TEST_CASE(engine_of_this_machine_is_built_for_here) {
  BOOST_CHECK(driver({.socket = "/run/user/1000/docker.sock"}) == Driver::host);
  BOOST_TEST(engine.requests().empty());
  BOOST_CHECK(driver({.socket = "/var/run/docker.sock"}) == Driver::host);
}

BOOST_AUTO_TEST_CASE(engine_at_the_usual_socket_may_be_of_another_machine) {
  engine.on("GET", "/info",
            fakes::FakeEngine::Reply{.body = R"({"OperatingSystem":"Docker Desktop"})"});
  engine_has_container();
  BOOST_CHECK(driver({.socket = "/var/run/docker.sock"}) == Driver::container);
}

BOOST_AUTO_TEST_CASE(machine_that_ssh_gets_into_builds_itself) {
  const ChosenBuilder chosen = choose({.scheme = Endpoint::Scheme::ssh, .host = "ssh://me@far"});
  BOOST_CHECK(chosen.driver == Driver::ssh);
  BOOST_TEST(chosen.ssh.value().peer == "me@far");
  has_ssh_config(".colima/_lima/colima");
  BOOST_CHECK(driver(socket_at(".colima/default/docker.sock")) == Driver::ssh);
  BOOST_TEST(engine.requests().empty());
}

BOOST_AUTO_TEST_CASE(rancher_desktop_is_entered_by_ssh_only_when_asked_for) {
  has_ssh_config(".local/share/rancher-desktop/lima/0");
  has_ssh_config("Library/Application Support/rancher-desktop/lima/0");
  const Endpoint endpoint = socket_at(".rd/docker.sock");
  nix_builds("riscv64-linux");
  BOOST_CHECK(driver(endpoint) == Driver::container);
  BOOST_CHECK(driver(endpoint, {.builder = Driver::ssh}) == Driver::ssh);
}

BOOST_AUTO_TEST_CASE(other_engines_are_built_for_here_where_nix_can) {
  for (const Endpoint& endpoint :
       {tcp(), socket_at(".orbstack/run/docker.sock"), socket_at(".docker/run/docker.sock")})
    BOOST_CHECK(driver(endpoint) == Driver::host);
  BOOST_CHECK(driver(tcp(), {.platforms = {{"linux", "arm64", ""}}}) == Driver::container);
  BuildRequest request{.platforms = {{"linux", "arm64", ""}}};
  request.nix.builders = "ssh://mac aarch64-linux";
  BOOST_CHECK(driver(tcp(), request) == Driver::host);
}

BOOST_AUTO_TEST_CASE(other_engines_are_built_for_in_a_container_that_is_there) {
  engine_has_container();
  const ChosenBuilder chosen = choose(tcp());
  BOOST_CHECK(chosen.driver == Driver::container);
  BOOST_TEST(!chosen.insisted);
  BOOST_TEST(chosen.announcement == "");
}

BOOST_AUTO_TEST_CASE(container_that_is_to_be_made_is_told) {
  nix_builds("aarch64-darwin");
  const ChosenBuilder chosen = choose(tcp(), {.builder_image = "me/nix:1"});
  BOOST_CHECK(chosen.driver == Driver::container);
  BOOST_TEST(chosen.container.image == "me/nix:1");
  BOOST_TEST(chosen.announcement.contains("docker nixbuild builder rm default"));
}

BOOST_AUTO_TEST_CASE(driver_that_was_asked_for_is_insisted_on) {
  const ChosenBuilder chosen =
      choose({.socket = "/var/run/docker.sock"}, {.builder = Driver::container});
  BOOST_CHECK(chosen.driver == Driver::container);
  BOOST_TEST(chosen.insisted);
  BOOST_CHECK(driver({.scheme = Endpoint::Scheme::ssh, .host = "ssh://far"},
                     {.builder = Driver::host}) == Driver::host);
  const Error error = failure(tcp(), {.builder = Driver::ssh});
  BOOST_CHECK(error.kind() == ErrorKind::invalid_input);
}

BOOST_AUTO_TEST_CASE(builder_is_found_by_its_name) {
  keep({.name = "big", .context = "there", .endpoint = far, .container = {.image = "me/nix:2"}});
  const ChosenBuilder chosen = choose(tcp(), {.builder_name = "big"});
  BOOST_CHECK(chosen.driver == Driver::container);
  BOOST_TEST(chosen.insisted);
  BOOST_TEST(chosen.name == "big");
  BOOST_TEST(chosen.container.image == "me/nix:2");
  BOOST_CHECK(driver(tcp()) == Driver::host); // nobody asked for it
  const Error elsewhere = failure({.host = "unix:///a", .socket = "/a"}, {.builder_name = "big"});
  BOOST_CHECK(elsewhere.kind() == ErrorKind::invalid_input);
  const Error unknown = failure(tcp(), {.builder_name = "small"});
  BOOST_CHECK(unknown.kind() == ErrorKind::not_found);
  BOOST_TEST(unknown.hint().ends_with("container, big"));
}

BOOST_AUTO_TEST_CASE(current_builder_of_the_endpoint_is_used) {
  keep({.name = "big", .endpoint = far, .current = true});
  BOOST_TEST(choose(tcp()).name == "big");
  BOOST_TEST(choose(tcp()).insisted);
  BOOST_CHECK(driver(tcp(), {.builder = Driver::host}) == Driver::host);
  BOOST_CHECK(driver({.host = "unix:///a", .socket = "/a"}) == Driver::host);
}

BOOST_AUTO_TEST_CASE(socket_of_a_local_engine_is_the_endpoint) {
  const Environment none;
  const Endpoint rootless{.socket = "/run/user/1000/docker.sock"};
  BOOST_TEST(with_socket({}, rootless, none).socket == "/run/user/1000/docker.sock");
  BOOST_TEST(with_socket({.socket = "/a.sock"}, rootless, none).socket == "/a.sock");
  BOOST_TEST(with_socket({}, tcp(), none).socket == "");
}

BOOST_AUTO_TEST_SUITE_END()
