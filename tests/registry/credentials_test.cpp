#include "registry/credentials.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <string>

using namespace nixbuild;
using namespace nixbuild::registry;

namespace {

// Real programs in a folder that PATH begins with.
struct Fixture {
  TempDir folder;
  std::unique_ptr<process::Runner> runner = process::system_runner();
  std::map<std::string, std::string> variables{{"PATH", folder.path().string()}};
  std::string old_path = std::getenv("PATH");
  config::Logins logins;

  Fixture() { ::setenv("PATH", (folder.path().string() + ":" + old_path).c_str(), 1); }
  ~Fixture() { ::setenv("PATH", old_path.c_str(), 1); }

  void put(const std::string& name, const std::string& script) const {
    const auto file = folder.path() / name;
    std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  }

  Credentials find(const std::string& domain) {
    return find_credentials(domain, logins, Environment(variables), *runner, {});
  }

  void store(std::map<std::string, config::Login> stored) {
    logins.stored = std::move(stored);
    logins.configured = true;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(credentials, Fixture)

BOOST_AUTO_TEST_CASE(nobody) {
  BOOST_TEST(find("r.example").username.empty());
  BOOST_TEST(find("r.example").password.empty());
}

BOOST_AUTO_TEST_CASE(keys_of_stored_logins) {
  for (const std::string key :
       {"ghcr.io", "https://ghcr.io", "ghcr.io/", "https://ghcr.io/v2/", "ghcr.io/a/b"}) {
    store({{key, {.username = "me"}}});
    BOOST_TEST(find("ghcr.io").username == "me");
    BOOST_TEST(find("r.example").username.empty());
  }
  store({{"ghcr.io", {.username = "exact"}}, {"a://ghcr.io", {.username = "similar"}}});
  BOOST_TEST(find("ghcr.io").username == "exact");
}

BOOST_AUTO_TEST_CASE(keys_of_docker_hub) {
  for (const std::string key :
       {"docker.io", "index.docker.io", "https://index.docker.io/v1", "registry-1.docker.io"}) {
    store({{key, {.username = "me"}}});
    BOOST_TEST(find("docker.io").username.empty());
  }
  store({{"https://index.docker.io/v1/", {.username = "me"}}});
  BOOST_TEST(find("docker.io").username == "me");
}

BOOST_AUTO_TEST_CASE(variable_comes_first) {
  store({{"r.example", {.username = "stored"}}, {"other.example", {.username = "other"}}});
  variables["DOCKER_AUTH_CONFIG"] = R"({"auths": {"r.example": {"auth": "bWU6c2VjcmV0"}}})";
  BOOST_TEST(find("r.example").username == "me");
  BOOST_TEST(find("other.example").username == "other");
}

BOOST_AUTO_TEST_CASE(helper_is_told_the_key_and_asked_for_the_login) {
  put("docker-credential-mine",
      R"(read -r key; [ "$1" = get ] && echo "{\"Username\":\"$key\",\"Secret\":\"s\"}")");
  put("docker-credential-other", R"(echo '{"Username":"<token>","Secret":"identity"}')");
  logins.store = "mine";
  logins.helpers["ghcr.io"] = "other";
  store({{"r.example", {.username = "stored"}}});
  BOOST_TEST(find("r.example").username == "r.example");
  BOOST_TEST(find("docker.io").username == "https://index.docker.io/v1/");
  BOOST_TEST(find("r.example").password == "s");
  BOOST_TEST(find("ghcr.io").identity_token == "identity");
  BOOST_TEST(find("ghcr.io").username.empty());
}

BOOST_AUTO_TEST_CASE(login_that_the_helper_does_not_have_is_nobody) {
  put("docker-credential-mine", "echo 'credentials not found in native keychain'; exit 1");
  logins.store = "mine";
  store({{"r.example", {.username = "stored"}}});
  BOOST_TEST(find("r.example").username.empty());
}

BOOST_AUTO_TEST_CASE(failing_helpers_are_errors_without_secrets) {
  logins.store = "mine";
  logins.configured = true;
  BOOST_CHECK_EXCEPTION(find("r.example"), Error, [](const Error& error) {
    return error.kind() == ErrorKind::not_found && !error.hint().empty() &&
           error.message().find("docker-credential-mine") != std::string::npos;
  });
  put("docker-credential-mine", "echo locked; echo more >&2; exit 1");
  BOOST_CHECK_EXCEPTION(find("r.example"), Error, [](const Error& error) {
    return error.kind() == ErrorKind::failed && error.detail() == "locked\nmore\n";
  });
  put("docker-credential-mine", "echo '{\"Secret\":\"hush'");
  BOOST_CHECK_EXCEPTION(find("r.example"), Error, [](const Error& error) {
    return error.kind() == ErrorKind::corrupt &&
           (error.message() + error.detail()).find("hush") == std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(helper_of_the_platform_when_nothing_is_configured) {
  put("docker-credential-pass", R"(echo '{"Username":"kept","Secret":"s"}')");
  put("docker-credential-osxkeychain", R"(echo '{"Username":"kept","Secret":"s"}')");
  put("pass", "");
  BOOST_TEST(find("r.example").username == "kept");
  logins.configured = true;
  BOOST_TEST(find("r.example").username.empty());
}

BOOST_AUTO_TEST_SUITE_END()
