#include "devcontainer/configuration.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>
#include <string>

using namespace nixbuild;
using namespace nixbuild::devcontainer;

namespace fs = std::filesystem;

namespace {

// A workspace on disk.
struct Workspace {
  TempDir folder;

  [[nodiscard]] fs::path path() const { return folder.path(); }

  void add(const std::string& name, const std::string& text = "{}") const {
    fs::create_directories((path() / name).parent_path());
    write_file_atomically(path() / name, text);
  }
};

const Variables variables{.workspace = "/home/me/project",
                          .environment =
                              Environment(std::map<std::string, std::string>{{"TAG", "dev"}})};

Configuration parsed(std::string_view text) {
  return parse_configuration(text, "/home/me/project/.devcontainer/devcontainer.json", variables);
}

void check_refused(std::string_view text, ErrorKind kind, std::string_view words) {
  BOOST_CHECK_EXCEPTION((void)parsed(text), Error, [&](const Error& error) {
    BOOST_TEST_MESSAGE(error.message());
    return error.kind() == kind && error.message().contains(words);
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(configuration)

BOOST_AUTO_TEST_CASE(is_found_where_tools_look) {
  const Workspace workspace;
  const auto found = [&] { return find_configuration(workspace.path(), {}); };
  BOOST_CHECK_EXCEPTION((void)found(), Error, [](const Error& error) {
    return error.kind() == ErrorKind::not_found && error.hint().contains("devcontainer init");
  });
  workspace.add(".devcontainer/b/devcontainer.json");
  BOOST_TEST(found() == workspace.path() / ".devcontainer/b/devcontainer.json");
  workspace.add(".devcontainer/a/devcontainer.json");
  BOOST_CHECK_EXCEPTION((void)found(), Error, [](const Error& error) {
    return error.kind() == ErrorKind::invalid_input &&
           error.hint().contains("--config .devcontainer/a/devcontainer.json") &&
           error.message().contains(".devcontainer/b/devcontainer.json");
  });
  workspace.add(".devcontainer.json");
  BOOST_TEST(found() == workspace.path() / ".devcontainer.json");
  workspace.add(".devcontainer/devcontainer.json");
  BOOST_TEST(found() == workspace.path() / ".devcontainer/devcontainer.json");
  BOOST_TEST(find_configuration(workspace.path(), ".devcontainer/b/devcontainer.json") ==
             workspace.path() / ".devcontainer/b/devcontainer.json");
  BOOST_CHECK_THROW((void)find_configuration(workspace.path(), "none.json"), Error);
}

BOOST_AUTO_TEST_CASE(of_an_image) {
  const Configuration one = parsed(R"({
    // what VS Code shows
    "name": "x",
    "image": "localhost/${localWorkspaceFolderBasename}:${localEnv:TAG}${localEnv:NONE:-1}",
    "containerUser": "root", "remoteUser": "dev",
    "customizations": {"vscode": {}, "nixbuild": {
      "installable": ".#devcontainer", "onReopen": "check", "onFailure": "use-existing",
      "recreate": "stopped", "profile": "writable-cgroups", "metadata": false,
      "remoteUserUID": "image", "impure": true}},
  })");
  BOOST_TEST(one.image == "localhost/project:dev-1");
  BOOST_TEST(one.remote_user == "dev");
  BOOST_TEST(!one.is_compose());
  BOOST_CHECK(one.settings.on_reopen == OnReopen::check);
  BOOST_CHECK(one.settings.on_failure == OnFailure::use_existing);
  BOOST_CHECK(one.settings.recreate == Recreate::stopped);
  BOOST_CHECK(one.settings.profile == Profile::writable_cgroups);
  BOOST_CHECK(one.settings.user_number == UserNumber::image);
  BOOST_TEST(!one.settings.metadata);
  BOOST_TEST(boost::json::serialize(*one.settings.options) ==
             R"({"installable":".#devcontainer","impure":true})");
}

BOOST_AUTO_TEST_CASE(numbers_of_users) {
  const Configuration one = parsed(R"({"customizations": {"nixbuild": {"remoteUserUID": 1234}}})");
  BOOST_CHECK(one.settings.user_number == UserNumber::given);
  BOOST_TEST(one.settings.uid == 1234U);
  BOOST_TEST(one.settings.options->empty());
  BOOST_CHECK(parsed("{}").settings.user_number == UserNumber::host);
}

BOOST_AUTO_TEST_CASE(of_compose_files) {
  const Configuration one =
      parsed(R"({"dockerComposeFile": ["compose.yaml", "../more.yaml"], "service": "dev"})");
  BOOST_REQUIRE(one.is_compose());
  BOOST_TEST(one.compose_files.at(0) == "/home/me/project/.devcontainer/compose.yaml");
  BOOST_TEST(one.compose_files.at(1) == "/home/me/project/more.yaml");
  BOOST_TEST(one.service == "dev");
  BOOST_TEST(parsed(R"({"dockerComposeFile": "c.yaml"})").compose_files.size() == 1U);
}

BOOST_AUTO_TEST_CASE(of_a_dockerfile) {
  BOOST_TEST(parsed(R"({"build": {"dockerfile": "Dockerfile"}})").has_dockerfile);
  BOOST_TEST(parsed(R"({"dockerFile": "Dockerfile"})").has_dockerfile);
  BOOST_TEST(!parsed(R"({"build": {}})").has_dockerfile);
}

BOOST_AUTO_TEST_CASE(refusals_name_file_and_key) {
  check_refused("[]", ErrorKind::corrupt, "devcontainer.json is no JSON object");
  check_refused(R"({"image": 1})", ErrorKind::corrupt, "\"image\" is no text");
  check_refused(R"({"dockerComposeFile": [1]})", ErrorKind::corrupt, "\"dockerComposeFile\"");
  check_refused(R"({"customizations": 1})", ErrorKind::corrupt, "\"customizations\" is no object");
  check_refused(R"({"customizations": {"nixbuild": []}})", ErrorKind::invalid_input,
                "customizations.nixbuild is no object");
  check_refused(R"({"customizations": {"nixbuild": {"onReopen": "x"}}})", ErrorKind::invalid_input,
                "\"onReopen\" is not one of \"build\", \"check\"");
  check_refused(R"({"customizations": {"nixbuild": {"metadata": "x"}}})", ErrorKind::invalid_input,
                "\"metadata\" is not true or false");
  check_refused(R"({"customizations": {"nixbuild": {"remoteUserUID": -1}}})",
                ErrorKind::invalid_input, "\"remoteUserUID\" is not one of \"host\", \"image\"");
  check_refused(R"({"image": "${containerEnv:X}"})", ErrorKind::invalid_input,
                "${containerEnv:X} has no value yet");
}

BOOST_AUTO_TEST_SUITE_END()
