#include "context/dial.hpp"
#include "fakes/fake_engine.hpp"
#include "fakes/fake_runner.hpp"
#include "support/error.hpp"
#include "support/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace nixbuild;
using context::Context;
using context::Endpoint;
using context::engine_connector;
using context::GlobalFlags;
using context::Origin;
using Words = std::vector<std::string>;

namespace {

Context unix_context(const std::filesystem::path& socket) {
  return {.name = "lab",
          .origin = Origin::docker_context,
          .description = {},
          .endpoint = {.scheme = Endpoint::Scheme::unix_socket,
                       .host = "unix://" + socket.string(),
                       .socket = socket}};
}

Context ssh_context(Origin origin = Origin::config_file) {
  return {.name = "far",
          .origin = origin,
          .description = {},
          .endpoint = {.scheme = Endpoint::Scheme::ssh, .host = "ssh://far"}};
}

// A dial-stdio that ended with a message.
class FailedChild : public process::Child {
public:
  process::ExitStatus wait() override {
    waited_ = true;
    return {.code = 255};
  }
  bool ends_within(std::chrono::milliseconds) override { return waited_ = true; }
  std::string tail_of_stderr() const override { return waited_ ? "ssh: no such host" : ""; }

private:
  bool waited_ = false;
};

// One that answers the first bytes it gets with "HTTP/1.1 204 …".
class AnsweringChild : public process::Child {
public:
  explicit AnsweringChild(UniqueFd socket)
      : thread_([socket = std::move(socket)] {
        std::array<std::byte, 4096> buffer{};
        (void)read_some(socket.get(), buffer);
        const std::string answer = "HTTP/1.1 204 No Content\r\n\r\n";
        write_all(socket.get(), std::as_bytes(std::span(answer)));
      }) {}
  ~AnsweringChild() override { thread_.join(); }
  process::ExitStatus wait() override { return {}; }
  bool ends_within(std::chrono::milliseconds) override { return true; }
  std::string tail_of_stderr() const override { return {}; }

private:
  std::thread thread_;
};

const Environment environment;

Words command_of(const Context& context, const GlobalFlags& flags) {
  fakes::FakeRunner runner;
  runner.on_socket = [](const auto&, UniqueFd) { return std::make_unique<FailedChild>(); };
  (void)engine_connector(context, flags, "/usr/bin/docker", environment, runner)->connect({});
  return runner.started.at(0).argv;
}

void check_no_engine(const std::filesystem::path& socket, const std::string& hint) {
  fakes::FakeRunner runner;
  const auto connector = engine_connector(unix_context(socket), {}, "docker", environment, runner);
  BOOST_CHECK_EXCEPTION((void)connector->connect({}), Error, [&](const Error& error) {
    BOOST_TEST_MESSAGE(error.message() << " | " << error.detail() << " | " << error.hint());
    return error.kind() == ErrorKind::unavailable &&
           error.message() == "no engine answers at unix://" + socket.string() +
                                  " (context \"lab\", from DOCKER_CONTEXT)" &&
           error.detail().find("cannot connect") != std::string::npos &&
           error.hint().find(hint) != std::string::npos &&
           error.hint().contains("docker nixbuild doctor X3");
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(dial)

BOOST_AUTO_TEST_CASE(unix_socket_is_dialled_without_a_program) {
  fakes::FakeEngine engine;
  engine.on("GET", "/x", fakes::FakeEngine::Reply{.body = "a"});
  fakes::FakeRunner runner;
  const auto client = http::socket_client(
      engine_connector(unix_context(engine.socket()), {}, "docker", environment, runner), "docker");
  BOOST_TEST(http::fetch(*client, {.target = "/x"}, {}).body == "a");
  BOOST_TEST(runner.started.empty());
}

BOOST_AUTO_TEST_CASE(socket_that_nobody_answers_has_a_remedy) {
  const TempDir directory;
  check_no_engine(directory.path() / "absent", "is the engine running?");
  check_no_engine("relative/docker.sock", "unix:///relative/docker.sock");

  const std::string stale = directory.path() / "stale";
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  stale.copy(address.sun_path, sizeof address.sun_path - 1);
  BOOST_REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  check_no_engine(stale, "nobody listens");
  if (::geteuid() != 0) { // root may connect to everything
    BOOST_REQUIRE(::chmod(stale.c_str(), 0) == 0);
    check_no_engine(stale, "group");
  }
}

BOOST_AUTO_TEST_CASE(other_engines_are_dialled_by_docker_with_the_flags_as_typed) {
  BOOST_CHECK(command_of(ssh_context(), {}) == (Words{"/usr/bin/docker", "system", "dial-stdio"}));
  GlobalFlags flags{.hosts = {"ssh://far"}};
  flags.as_typed = {"--host", "ssh://far", "--tls"};
  BOOST_CHECK(command_of(ssh_context(Origin::host_flag), flags) ==
              (Words{"/usr/bin/docker", "--host", "ssh://far", "--tls", "system", "dial-stdio"}));
  // Asked for by our own configuration, not by docker's flags.
  BOOST_CHECK(command_of(ssh_context(Origin::context_flag), {.context = "far"}) ==
              (Words{"/usr/bin/docker", "--context", "far", "system", "dial-stdio"}));
}

BOOST_AUTO_TEST_CASE(http_goes_through_the_program) {
  fakes::FakeRunner runner;
  runner.on_socket = [](const auto&, UniqueFd socket) {
    return std::make_unique<AnsweringChild>(std::move(socket));
  };
  const auto client = http::socket_client(
      engine_connector(ssh_context(), {}, "docker", environment, runner), "docker");
  BOOST_TEST(http::fetch(*client, {.target = "/x"}, {}).head.status == 204);
}

BOOST_AUTO_TEST_CASE(program_that_fails_has_the_last_word) {
  fakes::FakeRunner runner;
  runner.on_socket = [](const auto&, UniqueFd) { return std::make_unique<FailedChild>(); };
  const auto client = http::socket_client(
      engine_connector(ssh_context(), {}, "docker", environment, runner), "docker");
  BOOST_CHECK_EXCEPTION(
      (void)http::fetch(*client, {.target = "/x"}, {}), Error, [](const Error& error) {
        return error.kind() == ErrorKind::unavailable &&
               error.message().find("ssh://far (context \"far\", from config.json)") !=
                   std::string::npos &&
               error.detail() == "ssh: no such host";
      });
}

BOOST_AUTO_TEST_CASE(each_connection_has_words_of_its_own) {
  fakes::FakeRunner runner;
  int started = 0;
  class Numbered : public process::Child {
  public:
    explicit Numbered(int number) : number_(number) {}
    process::ExitStatus wait() override { return {}; }
    bool ends_within(std::chrono::milliseconds) override { return true; }
    std::string tail_of_stderr() const override { return "child " + std::to_string(number_); }

  private:
    int number_;
  };
  runner.on_socket = [&](const auto&, UniqueFd) { return std::make_unique<Numbered>(++started); };
  const auto connector = engine_connector(ssh_context(), {}, "docker", environment, runner);
  const http::Connection first = connector->connect({});
  const http::Connection second = connector->connect({});
  BOOST_TEST(first.last_words() == "child 1");
  BOOST_TEST(second.last_words() == "child 2");
}

BOOST_AUTO_TEST_CASE(program_that_is_not_there_is_an_error) {
  fakes::FakeRunner runner;
  const auto connector = engine_connector(ssh_context(), {}, "docker", environment, runner);
  BOOST_CHECK_THROW((void)connector->connect({}), Error);
}

BOOST_AUTO_TEST_CASE(nothing_is_started_after_cancel) {
  fakes::FakeRunner runner;
  const CancelSource source;
  source.raise(CancelLevel::graceful);
  const auto connector = engine_connector(ssh_context(), {}, "docker", environment, runner);
  BOOST_CHECK_THROW((void)connector->connect(source.token()), Error);
  BOOST_TEST(runner.started.empty());
}

BOOST_AUTO_TEST_SUITE_END()
