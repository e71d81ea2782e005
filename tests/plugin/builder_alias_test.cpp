#include "plugin/builder_alias.hpp"
#include "plugin/fake_world.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <fmt/ranges.h>

#include <filesystem>

namespace fs = std::filesystem;
using namespace nixbuild;
using namespace nixbuild::plugin;
using testing::FakeWorld;
using Words = std::vector<std::string>;

namespace {

// "context: words" of a call that docker was typed as `typed` and handed over as `arguments`.
std::string call_of(const Words& typed, const Words& arguments) {
  const auto call = alias_call(arguments, typed);
  if (!call) return "none";
  return fmt::format("{}: {}", call->docker.context.value_or(""), fmt::join(call->words, " "));
}

struct AliasWorld : FakeWorld {
  TempDir home;
  fs::path file = home.path() / "config.json";

  explicit AliasWorld(std::string_view text = "{\n  \"unknown\": 1.0\n}\n") {
    write_file_atomically(file, text);
    variables["DOCKER_CONFIG"] = home.path();
    parent = {"docker", "nixbuild", "install"};
  }
  void has_plugin(const std::string& name) const {
    fs::create_directories(home.path() / "cli-plugins");
    write_file_atomically(home.path() / "cli-plugins" / ("docker-" + name), "");
  }
  // `docker WORDS`, which the alias makes `arguments` of.
  int docker(const Words& words, const Words& arguments) {
    handed_over.reset();
    requests.clear();
    parent = {"/usr/bin/docker"};
    parent.insert(parent.end(), words.begin(), words.end());
    return run(arguments);
  }
  [[nodiscard]] std::string next() const {
    return handed_over ? fmt::format("{}", fmt::join(handed_over->argv, " ")) : "";
  }
  [[nodiscard]] std::string builder() const {
    const auto found = handed_over->environment.find("BUILDX_BUILDER");
    return found == handed_over->environment.end() ? "" : found->second.value_or("");
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(builder_alias)

BOOST_AUTO_TEST_CASE(what_docker_was_typed_with) {
  BOOST_TEST(call_of({"docker", "build", "-t", "x", "."}, {"nixbuild", "build", "-t", "x", "."}) ==
             ": build -t x .");
  BOOST_TEST(call_of({"/bin/docker", "-c", "far", "image", "build", "."},
                     {"-c", "far", "nixbuild", "build", "."}) == "far: build .");
  BOOST_TEST(call_of({"docker", "builder", "prune", "-f"}, {"nixbuild", "prune", "-f"}) ==
             ": prune -f");
  BOOST_TEST(call_of({"docker", "bake", "web"}, {"nixbuild", "bake", "web"}) == ": bake web");
  BOOST_TEST(call_of({"docker", "build", "build"}, {"nixbuild", "build", "build"}) ==
             ": build build");
}

BOOST_AUTO_TEST_CASE(a_context_named_like_the_command) {
  // Docker replaces the first word that looks like the command, and that is the context's name.
  BOOST_TEST(call_of({"docker", "--context", "build", "build", "."},
                     {"--context", "nixbuild", "build", "build", "."}) == "build: build .");
  BOOST_TEST(call_of({"docker", "-c", "builder", "builder", "ls"},
                     {"-c", "nixbuild", "builder", "ls"}) == "builder: ls");
}

BOOST_AUTO_TEST_CASE(what_is_no_such_call) {
  const Words build{"nixbuild", "build", "."};
  BOOST_TEST(call_of({"docker", "nixbuild", "build", "."}, build) == "none");
  BOOST_TEST(call_of({"make", "build"}, build) == "none");
  BOOST_TEST(call_of({"docker", "build", "elsewhere"}, build) == "none");
  BOOST_TEST(call_of({}, build) == "none");
  BOOST_TEST(call_of({"bash", "-c", "docker build ."}, build) == "none");
  BOOST_TEST(call_of({"bash"}, build) == "none");
}

BOOST_AUTO_TEST_CASE(install_and_uninstall_leave_no_trace) {
  AliasWorld world;
  world.has_plugin("nixbuild");
  world.has_plugin("buildx");
  const std::string before = read_file(world.file);
  BOOST_TEST(world.run({"nixbuild", "install"}) == 0);
  BOOST_TEST(world.err.text == "");
  const std::string installed = read_file(world.file);
  BOOST_TEST(installed ==
             "{\n  \"unknown\": 1.0,\n  \"aliases\": {\n    \"builder\": \"nixbuild\"\n  }\n}\n");
  BOOST_TEST(world.run({"nixbuild", "install"}) == 0);
  BOOST_TEST(read_file(world.file) == installed);
  BOOST_TEST(world.run({"nixbuild", "uninstall"}) == 0);
  BOOST_TEST(read_file(world.file) == before);
  BOOST_TEST(world.run({"nixbuild", "uninstall"}) == 0);
  BOOST_TEST(read_file(world.file) == before);
}

BOOST_AUTO_TEST_CASE(nothing_is_installed_that_would_not_work) {
  AliasWorld world;
  const auto check_refused = [&](const char* words) {
    BOOST_TEST_CONTEXT(words) {
      BOOST_TEST(world.run({"nixbuild", "install"}) == 1);
      BOOST_TEST_MESSAGE(world.err.text);
      BOOST_TEST(world.err.text.contains(words));
      BOOST_TEST(!read_file(world.file).contains("\"nixbuild\""));
    }
  };
  check_refused("no plugin nixbuild");
  world.has_plugin("nixbuild");
  check_refused("no plugin buildx");
  world.has_plugin("buildx");
  world.parent.clear();
  check_refused("how docker was called");
  world.parent = {"docker"};
  write_file_atomically(world.file, R"({"aliases": {"builder": "buildx"}})");
  check_refused("docker buildx uninstall");
  BOOST_TEST(world.run({"nixbuild", "uninstall"}) == 0);
  BOOST_TEST(read_file(world.file) == R"({"aliases": {"builder": "buildx"}})");
  write_file_atomically(world.file, "{\"aliases\": {,}}");
  check_refused("line 1, column");
}

BOOST_AUTO_TEST_CASE(other_builds_go_to_buildx_as_they_are) {
  AliasWorld world;
  world.has_plugin("buildx");
  world.status_of_next = 7;
  const std::string buildx = (world.home.path() / "cli-plugins/docker-buildx").string();
  BOOST_TEST(world.docker({"build", "-f", "x/Dockerfile", "--new-option", "."},
                          {"nixbuild", "build", "-f", "x/Dockerfile", "--new-option", "."}) == 7);
  BOOST_TEST(world.next() == buildx + " buildx build -f x/Dockerfile --new-option .");
  BOOST_TEST(world.builder() == "default");
  BOOST_TEST(world.docker({"--context", "build", "build", "build"},
                          {"--context", "nixbuild", "build", "build", "build"}) == 7);
  BOOST_TEST(world.next() == buildx + " --context build buildx build build");
  BOOST_TEST(world.builder() == "build");
  BOOST_TEST(world.docker({"builder"}, {"nixbuild"}) == 7);
  BOOST_TEST(world.next() == buildx + " buildx");
  BOOST_TEST(world.docker({"builder", "--help"}, {"nixbuild", "--help"}) == 7);
  BOOST_TEST(world.next() == buildx + " buildx --help");
  BOOST_TEST(world.requests.empty());
  BOOST_TEST(world.out.text == "");
}

BOOST_AUTO_TEST_CASE(a_builder_that_is_named_stays) {
  AliasWorld world;
  BOOST_TEST(world.docker({"build", "--builder", "big", "."},
                          {"nixbuild", "build", "--builder", "big", "."}) == 0);
  BOOST_TEST(world.builder() == "");
  world.variables["BUILDX_BUILDER"] = "big";
  BOOST_TEST(world.docker({"build", "."}, {"nixbuild", "build", "."}) == 0);
  BOOST_TEST(world.builder() == "");
}

BOOST_AUTO_TEST_CASE(builds_of_nix_files_are_ours) {
  AliasWorld world;
  world.loads({testing::image_named({"x"})});
  BOOST_TEST(
      world.docker({"-c", "default", "build", "-f", "flake.nix", "-t", "x", "--no-cache", "."},
                   {"-c", "default", "nixbuild", "build", "-f", "flake.nix", "-t", "x",
                    "--no-cache", "."}) == 0);
  BOOST_TEST(!world.handed_over.has_value());
  BOOST_REQUIRE(world.requests.size() == 1U);
  BOOST_TEST(world.requests.at(0).installable == ".");
  BOOST_TEST(world.requests.at(0).tags.at(0).familiar() == "x:latest");
  BOOST_TEST(world.requests.at(0).docker.context.value_or("") == "default");
  BOOST_TEST(world.err.text.contains("Nix does without --no-cache"));
  BOOST_TEST(world.docker({"builder", "build", "--file=x/default.nix", "--target", "a", "."},
                          {"nixbuild", "build", "--file=x/default.nix", "--target", "a", "."}) ==
             0);
  BOOST_REQUIRE(world.requests.size() == 1U);
  BOOST_TEST(world.requests.at(0).installable == "a");
  BOOST_TEST(world.requests.at(0).nix.file.value_or("") == "x/default.nix");
}

BOOST_AUTO_TEST_CASE(our_own_build_stays_ours) {
  AliasWorld world;
  BOOST_TEST(world.docker({"nixbuild", "build", "."}, {"nixbuild", "build", "."}) == 0);
  BOOST_TEST(world.requests.size() == 1U);
  BOOST_TEST(!world.handed_over.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
