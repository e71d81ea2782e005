#include "devcontainer/compose_project.hpp"
#include "fakes/fake_runner.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::devcontainer;
using fakes::FakeRunner;

namespace {

constexpr const char* answer = R"({"name": "proj", "services": {
  "dev": {"image": "localhost/p:dev", "tmpfs": ["/run"]}, "db": {"image": "localhost/db:dev"},
  "web": {"build": {"context": "."}}}})";

// A project on disk, and a Compose that reads it.
struct Project {
  TempDir folder;
  FakeRunner processes;
  Configuration configuration;

  explicit Project(const std::string& compose_file) {
    configuration.file = folder.path() / "devcontainer.json";
    configuration.service = "dev";
    configuration.compose_files = {folder.path() / "compose.yaml"};
    write_file_atomically(configuration.compose_files.front(), compose_file);
    processes.on({"config"}, {.out = answer});
  }

  ComposeProject read() {
    return read_compose_project(configuration, {"docker", "--context", "far"}, processes, {});
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(compose_project)

BOOST_AUTO_TEST_CASE(compose_itself_reads_the_files) {
  Project project("services: …");
  const ComposeProject read = project.read();
  BOOST_TEST(read.name == "proj");
  BOOST_TEST(service_of(project.configuration, read).image == "localhost/p:dev");
  BOOST_TEST(service_of(project.configuration, read).content->contains("tmpfs"));
  BOOST_REQUIRE_EQUAL(project.processes.started.size(), 1U);
  BOOST_TEST(process::to_string(project.processes.started.front()) ==
             "docker --context far compose -f " +
                 project.configuration.compose_files.front().string() +
                 " --profile '*' config --format json");
}

BOOST_AUTO_TEST_CASE(what_nix_builds_for_services) {
  const ComposeProject project = parse_compose_project(R"({"name": "p", "services": {
      "short": {"image": "a"}, "long": {"image": "b"}, "plain": {"image": "c"},
      "made": {"provider": {"type": "nixbuild",
                            "options": {"installable": [".#x"], "tag": ["t:1"]}}},
      "other": {"provider": {"type": "model"}}},
    "x-nixbuild": {"short": ".#a", "long": {"installable": ".#b", "impure": true}}})");
  const auto build_of = [&](const char* service) {
    const auto& build = project.find(service)->build;
    return build == nullptr ? "none" : boost::json::serialize(*build);
  };
  BOOST_TEST(build_of("short") == R"({"installable":".#a"})");
  BOOST_TEST(build_of("long") == R"({"installable":".#b","impure":true})");
  BOOST_TEST(build_of("made") == R"({"installable":[".#x"],"tag":["t:1"]})");
  BOOST_TEST(build_of("plain") == "none");
  BOOST_TEST(build_of("other") == "none");
}

BOOST_AUTO_TEST_CASE(failures_have_composes_own_words) {
  Project project("");
  project.processes.on({"config"}, fakes::failing("yaml: line 3: no"));
  BOOST_CHECK_EXCEPTION((void)project.read(), Error, [](const Error& error) {
    return error.kind() == ErrorKind::failed && error.detail().contains("yaml: line 3");
  });
  project.processes.on({"config"}, {.out = "[]"});
  BOOST_CHECK_EXCEPTION((void)project.read(), Error,
                        [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
}

BOOST_AUTO_TEST_CASE(a_service_needs_an_image) {
  Project project("");
  const ComposeProject read = project.read();
  project.configuration.service = "web";
  BOOST_CHECK_EXCEPTION((void)service_of(project.configuration, read), Error,
                        [](const Error& error) { return error.hint().contains("image: "); });
  project.configuration.service = "none";
  BOOST_CHECK_EXCEPTION((void)service_of(project.configuration, read), Error,
                        [](const Error& error) { return error.kind() == ErrorKind::not_found; });
}

BOOST_AUTO_TEST_SUITE_END()
