#include "config/docker_config.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using nixbuild::Environment;
using nixbuild::Error;
using nixbuild::ErrorKind;
using nixbuild::TempDir;
using nixbuild::write_file_atomically;
using nixbuild::config::docker_config_directory;
using nixbuild::config::DockerConfig;
using nixbuild::config::load_docker_config;

namespace {

DockerConfig load(const std::string& json) {
  const TempDir directory;
  write_file_atomically(directory.path() / "config.json", json);
  return load_docker_config(directory.path());
}

void check_refused(const std::string& json, const std::string& reason) {
  BOOST_TEST_CONTEXT(json.substr(0, 60)) {
    BOOST_CHECK_EXCEPTION((void)load(json), Error, [&](const Error& error) {
      BOOST_TEST_MESSAGE(error.message());
      return error.kind() == ErrorKind::corrupt &&
             error.message().find("config.json") != std::string::npos &&
             error.message().find(reason) != std::string::npos && !error.hint().empty();
    });
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(docker_config)

BOOST_AUTO_TEST_CASE(directory_is_flag_then_variable_then_home) {
  const Environment environment({{"DOCKER_CONFIG", "/env"}, {"HOME", "/home/me"}});
  BOOST_TEST(docker_config_directory("/flag", environment).string() == "/flag");
  BOOST_TEST(docker_config_directory("", environment).string() == "/env");
  BOOST_TEST(docker_config_directory({}, environment).string() == "/env");
  const Environment home({{"DOCKER_CONFIG", ""}, {"HOME", "/home/me"}});
  BOOST_TEST(docker_config_directory({}, home).string() == "/home/me/.docker");
}

BOOST_AUTO_TEST_CASE(absent_or_empty_file_means_defaults) {
  const TempDir directory;
  const DockerConfig config = load_docker_config(directory.path());
  BOOST_TEST(config.directory == directory.path());
  BOOST_TEST(config.current_context.empty());
  BOOST_TEST(load(" \n").current_context.empty());
  BOOST_TEST(load("null").current_context.empty());
}

BOOST_AUTO_TEST_CASE(what_we_use_is_read) {
  const DockerConfig config = load(R"({
    "auths": {"registry.example": {"auth": "eDp5", "unknown": 1}},
    "HttpHeaders": {"X-Team": "blue", "X-Null": null},
    "currentContext": "colima",
    "cliPluginsExtraDirs": ["/a"],
    "plugins": {"nixbuild": {"progress": "plain"}, "Nixbuild": {"progress": "tty"}},
    "aliases": {"builder": "buildx"},
    "features": {"hooks": "true"},
    "unknown": [1, {"x": false}]
  })");
  BOOST_TEST(config.aliases.at("builder") == "buildx");
  BOOST_TEST(config.features.at("hooks") == "true");
  BOOST_TEST(config.current_context == "colima");
  BOOST_TEST(config.http_headers.at("X-Team") == "blue");
  BOOST_TEST(config.http_headers.at("X-Null").empty());
  BOOST_TEST(config.plugins.at("nixbuild").at("progress") == "plain");
}

BOOST_AUTO_TEST_CASE(keys_match_without_regard_to_case_and_the_last_one_counts) {
  BOOST_TEST(load(R"({"CURRENTCONTEXT": "a"})").current_context == "a");
  BOOST_TEST(load(R"({"currentContext": "a", "currentcontext": "b"})").current_context == "b");
  BOOST_TEST(load(R"({"currentContext": "a", "currentcontext": null})").current_context == "a");
  BOOST_TEST(load(R"({"httpheaders": {"a": "1"}})").http_headers.at("a") == "1");
}

BOOST_AUTO_TEST_CASE(only_the_first_value_of_the_file_counts) {
  BOOST_TEST(load(R"({"currentContext": "a"} trailing)").current_context == "a");
}

BOOST_AUTO_TEST_CASE(wrong_types_are_refused_with_file_and_key) {
  check_refused(R"([])", "the document must be an object, not a list");
  check_refused(R"({"currentContext": 1})", "\"currentContext\" must be a string, not a number");
  check_refused(R"({"plugins": {"other": {"enabled": true}}})",
                "\"plugins.other.enabled\" must be a string, not a boolean");
  check_refused(R"({"plugins": {"other": "x"}})", "\"plugins.other\" must be an object");
  check_refused(R"({"HttpHeaders": {"a": 1}})", "\"HttpHeaders.a\"");
  check_refused(R"({"auths": {"r": {"auth": 1}}})", "\"auths.r.auth\"");
  check_refused(R"({"proxies": {"default": {"httpproxy": 1}}})", "\"proxies.default.httpProxy\"");
  check_refused(R"({"cliPluginsExtraDirs": "x"})", "\"cliPluginsExtraDirs\" must be a list");
  check_refused(R"({"cliPluginsExtraDirs": [1]})", "\"cliPluginsExtraDirs.[]\"");
  check_refused(R"({"features": {"hooks": true}})", "\"features.hooks\"");
  check_refused(R"({"psFormat": {}})", "\"psFormat\"");
}

BOOST_AUTO_TEST_CASE(what_is_not_json_is_refused) {
  check_refused("{", "is not valid JSON");
  check_refused("{'a': 1}", "is not valid JSON");
  check_refused(std::string(10000, '['), "is not valid JSON");
  check_refused(std::string("{\"currentContext\": \"\xff\xfe\"}"), "is not valid JSON");
}

BOOST_AUTO_TEST_CASE(unreadable_file_is_an_error) {
  const TempDir directory;
  std::filesystem::create_directory(directory.path() / "config.json");
  BOOST_CHECK_THROW((void)load_docker_config(directory.path()), Error);
}

BOOST_AUTO_TEST_SUITE_END()
