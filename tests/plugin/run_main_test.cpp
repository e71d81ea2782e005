#include "plugin/fake_world.hpp"
#include "plugin/run_main.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace nixbuild::plugin;
using nixbuild::CancelLevel;
using nixbuild::Error;
using nixbuild::ErrorKind;
using nixbuild::TempDir;
using testing::FakeWorld;
using testing::image_named;

namespace {

const std::string ones = "sha256:" + std::string(64, '1');

} // namespace

BOOST_AUTO_TEST_SUITE(run_main)

BOOST_AUTO_TEST_CASE(builds_and_says_what_was_loaded) {
  FakeWorld world;
  world.loads({image_named({"hello", "ghcr.io/a/b:1"})});
  BOOST_TEST(world.run({"nixbuild", ".#image"}) == 0);
  BOOST_TEST(world.requests.at(0).installable == ".#image");
  BOOST_TEST(world.out.text == "Loaded image: hello:latest\nLoaded image: ghcr.io/a/b:1\n");
  BOOST_TEST(world.err.text ==
             "#0 building with Nix for docker:default\n\n#1 load\n#1 DONE 0.0s\n");
}

BOOST_AUTO_TEST_CASE(context_heads_the_display) {
  FakeWorld world;
  world.loads({});
  world.variables["DOCKER_HOST"] = "unix:///nonexistent.sock";
  BOOST_TEST(world.run({"nixbuild"}) == 0);
  BOOST_TEST(world.err.text.starts_with("#0 building with Nix for docker:default\n"));
}

BOOST_AUTO_TEST_CASE(nameless_image) {
  FakeWorld world;
  world.loads({image_named({})});
  BOOST_TEST(world.run({"nixbuild"}) == 0);
  BOOST_TEST(world.out.text == "Loaded image ID: " + ones + "\n");
}

BOOST_AUTO_TEST_CASE(quiet_prints_the_id_alone) {
  FakeWorld world;
  world.loads({image_named({"hello"})});
  BOOST_TEST(world.run({"nixbuild", "-q"}) == 0);
  BOOST_TEST(world.out.text == ones + "\n");
  BOOST_TEST(world.err.text == "");
}

BOOST_AUTO_TEST_CASE(quiet_by_environment_prints_no_id) {
  FakeWorld world;
  world.loads({image_named({"hello"})});
  world.variables["BUILDKIT_PROGRESS"] = "quiet";
  BOOST_TEST(world.run({"nixbuild"}) == 0);
  BOOST_TEST(world.out.text == "Loaded image: hello:latest\n");
  BOOST_TEST(world.err.text == "");
}

BOOST_AUTO_TEST_CASE(none_prints_nothing) {
  FakeWorld world;
  world.loads({image_named({"hello"})});
  BOOST_TEST(world.run({"nixbuild", "--progress=none"}) == 0);
  BOOST_TEST(world.out.text == "");
  BOOST_TEST(world.err.text == "");
}

BOOST_AUTO_TEST_CASE(dry_run_prints_no_result) {
  FakeWorld world;
  world.loads({});
  BOOST_TEST(world.run({"nixbuild", "--dry-run"}) == 0);
  BOOST_TEST(world.requests.at(0).dry_run);
  BOOST_TEST(world.out.text == "");
}

BOOST_AUTO_TEST_CASE(dry_run_for_several_platforms) {
  FakeWorld world;
  world.on_build = [](auto&) {
    nixbuild::pipeline::BuildReport report;
    for (const char* name : {"linux/amd64", "linux/arm64"})
      report.plans.push_back({.platform = nixbuild::oci::Platform::parse(name).value(),
                              .installable = ".#a",
                              .attribute = "",
                              .derivation = "",
                              .work = {}});
    return report;
  };
  BOOST_TEST(world.run({"nixbuild", "--dry-run", "--platform=amd64,arm64"}) == 0);
  BOOST_TEST(world.out.text == ".#a for linux/amd64\nnothing to build or download\n\n"
                               ".#a for linux/arm64\nnothing to build or download\n");
}

BOOST_AUTO_TEST_CASE(image_on_standard_output_is_alone_there) {
  FakeWorld world;
  world.loads({image_named({"hello"})});
  BOOST_TEST(world.run({"nixbuild", "-o", "type=oci", "--load"}) == 0);
  BOOST_TEST(world.out.text == "");
  BOOST_TEST(world.run({"nixbuild", "-q", "-o", "-"}) == 0);
  BOOST_TEST(world.out.text == "");
  world.out.size = {.columns = 60, .lines = 24};
  world.requests.clear();
  BOOST_TEST(world.run({"nixbuild", "-o", "-"}) == 1);
  BOOST_TEST(world.err.text == "ERROR: refusing to write the image to the terminal\n"
                               "  name a file for it with dest=FILE\n");
  BOOST_TEST(world.requests.empty());
}

BOOST_AUTO_TEST_CASE(one_platform_for_load_and_inspect) {
  FakeWorld world;
  BOOST_TEST(world.run({"nixbuild", "inspect", "--platform=amd64,arm64"}) == 1);
  BOOST_TEST(world.err.text.starts_with(
      "ERROR: inspect takes one platform, and not linux/amd64, linux/arm64\n"));
  BOOST_TEST(world.run({"nixbuild", "load", "--platform=all"}) == 1);
  BOOST_TEST(world.err.text.starts_with("ERROR: load takes one platform, and not all\n"));
  BOOST_TEST(world.run({"nixbuild", "inspect", "--builder=amd64=x"}) == 1);
}

BOOST_AUTO_TEST_CASE(display_of_a_terminal) {
  FakeWorld world;
  world.loads({image_named({"hello"})});
  world.err.size = {.columns = 60, .lines = 24};
  BOOST_TEST(world.run({"nixbuild"}) == 0);
  BOOST_TEST(world.err.text.contains("[+] Building 0.0s (1/1) FINISHED"));
  BOOST_TEST(world.err.text.contains("docker:default"));
  BOOST_TEST(world.err.text.ends_with("\x1B[?25h"));
}

BOOST_AUTO_TEST_CASE(files_are_written_only_on_success) {
  const TempDir folder;
  const std::string id = folder.path() / "id";
  const std::string metadata = folder.path() / "metadata";
  FakeWorld world;
  world.loads({image_named({"hello"})});
  const std::vector<std::string> arguments{"nixbuild", "--iidfile", id, "--metadata-file",
                                           metadata};
  BOOST_TEST(world.run(arguments) == 0);
  BOOST_TEST(nixbuild::read_file(id) == ones);
  BOOST_TEST(nixbuild::read_file(metadata).starts_with("{\n"));
  world.on_build = [](auto&) -> nixbuild::pipeline::BuildReport {
    throw Error(ErrorKind::failed, "no");
  };
  BOOST_TEST(world.run(arguments) == 1);
  BOOST_TEST(!std::filesystem::exists(id));
}

BOOST_AUTO_TEST_CASE(error_stands_below_the_display) {
  FakeWorld world;
  world.on_build = [](nixbuild::pipeline::World& inner) -> nixbuild::pipeline::BuildReport {
    const nixbuild::progress::Step step(inner.reporter, "build x");
    throw Error(ErrorKind::failed, "cannot build x").with_hint("try y");
  };
  BOOST_TEST(world.run({"nixbuild"}) == 1);
  BOOST_TEST(world.out.text == "");
  BOOST_TEST(world.err.text.ends_with("#1 ERROR: failed\n"
                                      "------\n > build x:\n------\n"
                                      "ERROR: cannot build x\n  try y\n"));
}

BOOST_AUTO_TEST_CASE(cancelled) {
  FakeWorld world;
  world.on_build = [&](nixbuild::pipeline::World& inner) -> nixbuild::pipeline::BuildReport {
    const nixbuild::progress::Step step(inner.reporter, "build x");
    world.cancel.raise(CancelLevel::graceful);
    world.cancel.token().throw_if_cancelled();
    return {};
  };
  BOOST_TEST(world.run({"nixbuild"}) == 130);
  BOOST_TEST(world.err.text.ends_with("#1 CANCELED\nERROR: cancelled\n"));
}

BOOST_AUTO_TEST_CASE(failure_because_of_cancellation_is_cancellation) {
  FakeWorld world;
  world.on_build = [&](auto&) -> nixbuild::pipeline::BuildReport {
    world.cancel.raise(CancelLevel::graceful);
    throw Error(ErrorKind::unavailable, "connection lost");
  };
  BOOST_TEST(world.run({"nixbuild"}) == 130);
}

BOOST_AUTO_TEST_CASE(bug_is_told_as_one) {
  FakeWorld world;
  world.on_build = [](auto&) -> nixbuild::pipeline::BuildReport {
    throw std::out_of_range("vector");
  };
  BOOST_TEST(world.run({"nixbuild"}) == 1);
  BOOST_TEST(world.err.text.contains("ERROR: internal error: vector\n"));
}

BOOST_AUTO_TEST_CASE(unknown_flag) {
  FakeWorld world;
  BOOST_TEST(world.run({"nixbuild", "build", "--nope"}) == 125);
  BOOST_TEST(world.err.text == "ERROR: unknown flag: --nope\n"
                               "  Usage:  docker nixbuild build [OPTIONS] [INSTALLABLE]\n"
                               "  Run 'docker nixbuild build --help' for more information\n");
  BOOST_TEST(world.out.text == "");
  BOOST_TEST(world.requests.empty());
}

BOOST_AUTO_TEST_CASE(wrong_number_of_arguments) {
  FakeWorld world;
  BOOST_TEST(world.run({"nixbuild", ".#a", ".#b"}) == 1);
  BOOST_TEST(world.err.text.starts_with("ERROR: 'docker nixbuild build' takes at most 1 argument"));
  BOOST_TEST(world.run({"nixbuild", "info", "x"}) == 1);
  BOOST_TEST(world.err.text.starts_with("ERROR: 'docker nixbuild info' takes no arguments"));
}

BOOST_AUTO_TEST_CASE(flags_of_docker_reach_the_pipeline) {
  FakeWorld world;
  world.loads({});
  BOOST_TEST(world.run({"-H", "unix:///s", "nixbuild", "build"}) == 0);
  BOOST_TEST(world.requests.at(0).docker.hosts.at(0) == "unix:///s");
}

BOOST_AUTO_TEST_CASE(help_in_all_forms) {
  FakeWorld world;
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"nixbuild", "build", "--help"},
        {"nixbuild", "help", "build"},
        {"help", "nixbuild", "build"},
        {"--help", "nixbuild", "build"}}) {
    BOOST_TEST(world.run(arguments) == 0);
    BOOST_TEST(world.out.text.starts_with("Usage:  docker nixbuild build"));
  }
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"nixbuild", "--help"}, {"help", "nixbuild"}, {"-h", "nixbuild"}}) {
    BOOST_TEST(world.run(arguments) == 0);
    BOOST_TEST(world.out.text.contains("\nCommands:\n"));
  }
  BOOST_TEST(world.run({"nixbuild", "help", "nope"}) == 1);
  BOOST_TEST(world.err.text.starts_with("ERROR: unknown help topic: nope\n"));
}

BOOST_AUTO_TEST_CASE(version) {
  FakeWorld world;
  BOOST_TEST(world.run({"nixbuild", "version"}) == 0);
  BOOST_TEST(world.out.text.starts_with("docker-nixbuild v"));
  BOOST_TEST(world.run({"-v", "nixbuild"}) == 0);
  BOOST_TEST(world.out.text.starts_with("docker-nixbuild v"));
}

BOOST_AUTO_TEST_CASE(hook_is_silent) {
  FakeWorld world;
  BOOST_TEST(world.run({"nixbuild", "docker-cli-plugin-hooks", R"({"RootCmd":"build"})"}) == 0);
  BOOST_TEST(world.out.text == "");
  BOOST_TEST(world.err.text == "");
}

BOOST_AUTO_TEST_SUITE_END()
