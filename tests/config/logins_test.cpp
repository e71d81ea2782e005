#include "config/docker_config.hpp"
#include "config/logins.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace nixbuild;
using namespace nixbuild::config;

namespace {

Logins load(const std::string& json) {
  const TempDir directory;
  write_file_atomically(directory.path() / "config.json", json);
  return load_docker_config(directory.path()).logins;
}

Login one(const std::string& entry) {
  return load(R"({"auths": {"r": )" + entry + "}}").stored.at("r");
}

} // namespace

BOOST_AUTO_TEST_SUITE(logins)

BOOST_AUTO_TEST_CASE(nothing_is_configured) {
  BOOST_TEST(!load("{}").configured);
  BOOST_TEST(!load(R"({"auths": {}, "credHelpers": {}, "credsStore": ""})").configured);
}

BOOST_AUTO_TEST_CASE(entries) {
  BOOST_TEST(one(R"({"auth": "bWU6c2VjcmV0"})").username == "me");
  BOOST_TEST(one(R"({"auth": "bWU6c2VjcmV0"})").password == "secret");
  BOOST_TEST(one(R"({"auth": "bWU6YTpi"})").password == "a:b");
  BOOST_TEST(one(R"({"auth": "bWU6YWIAAA=="})").password == "ab");
  BOOST_TEST(one(R"({"auth": "bWU6\nYWI="})").password == "ab");
  BOOST_TEST(one(R"({"identitytoken": "t", "username": "u"})").identity_token == "t");
  BOOST_TEST(one(R"({"registrytoken": "t"})").registry_token == "t");
  BOOST_TEST(one(R"({"username": "u", "password": "p"})").password == "p");
  BOOST_TEST(one("{}").username.empty());
  BOOST_TEST(one("null").username.empty());
}

BOOST_AUTO_TEST_CASE(helpers) {
  const Logins logins = load(R"({"credHelpers": {"ghcr.io": "gh"}, "credsStore": "pass"})");
  BOOST_TEST(logins.configured);
  BOOST_TEST(logins.helpers.at("ghcr.io") == "gh");
  BOOST_TEST(logins.store == "pass");
}

BOOST_AUTO_TEST_CASE(bad_entries_spoil_the_file_and_are_not_shown) {
  for (const std::string auth :
       {"bWU6c2VjcmV0!", "bWU6c2VjcmV", "bm9jb2xvbg==", "OnNlY3JldA==", "=bWU", "bWU6c2Vj===="}) {
    BOOST_TEST_CONTEXT(auth) {
      BOOST_CHECK_EXCEPTION((void)one(R"({"auth": ")" + auth + "\"}"), Error,
                            [&](const Error& error) {
                              return error.kind() == ErrorKind::corrupt &&
                                     error.message().find("auths.r.auth") != std::string::npos &&
                                     error.message().find(auth) == std::string::npos;
                            });
    }
  }
}

BOOST_AUTO_TEST_CASE(the_variable) {
  const std::string text = R"({"auths": {"r.example": {"auth": "bWU6c2VjcmV0"}}})";
  const Environment environment(std::map<std::string, std::string>{{"DOCKER_AUTH_CONFIG", text}});
  BOOST_TEST(login_of_variable(environment, "r.example")->password == "secret");
  BOOST_TEST(!login_of_variable(environment, "https://r.example"));
  BOOST_TEST(!login_of_variable(Environment(), "r.example"));
  for (const std::string bad : {"{", "[]", "{}", R"({"auths": {}, "credsStore": "x"})"}) {
    BOOST_CHECK_EXCEPTION(
        (void)login_of_variable(
            Environment(std::map<std::string, std::string>{{"DOCKER_AUTH_CONFIG", bad}}), "r"),
        Error, [](const Error& error) {
          return error.kind() == ErrorKind::invalid_input && !error.hint().empty();
        });
  }
}

BOOST_AUTO_TEST_SUITE_END()
