#include "fakes/fake_engine.hpp"
#include "plugin/completion.hpp"
#include "plugin/fake_world.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::plugin;

namespace {

std::string completed(std::vector<std::string> words) {
  testing::FakeWorld world;
  words.insert(words.begin(), {"__completeNoDesc", "nixbuild"});
  BOOST_TEST(world.run(words) == 0);
  BOOST_TEST(world.err.text == "");
  return world.out.text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(completion)

BOOST_AUTO_TEST_CASE(text_form) {
  const Completion some{.candidates = {{"a", "first"}, {"b", ""}},
                        .directive = Directive::no_files};
  BOOST_TEST(to_string(some, true) == "a\tfirst\nb\n:4\n");
  BOOST_TEST(to_string(some, false) == "a\nb\n:4\n");
  BOOST_TEST(to_string(matching(some, "b"), true) == "b\n:4\n");
}

BOOST_AUTO_TEST_CASE(first_word) {
  const std::string commands =
      "build\nload\npush\ninspect\nimagetools\nprune\ninfo\ndoctor\ncompose\nbake\nbuilder\ncache"
      "\ndevcontainer\nvm\nhooks\ninstall\nuninstall\nversion\nhelp\n:0\n";
  BOOST_TEST(completed({""}) == commands);
  BOOST_TEST(completed({"in"}) == "inspect\ninfo\ninstall\n:0\n");
  BOOST_TEST(completed({"./x"}) == ":16\n");
  BOOST_TEST(completed({"-q", ""}) == commands);
}

BOOST_AUTO_TEST_CASE(checks_of_doctor) {
  BOOST_TEST(completed({"doctor", "N1"}) == "N1\nN10\n:4\n");
  BOOST_TEST(completed({"doctor", "N1", "X1"}) == "X1\n:4\n");
}

BOOST_AUTO_TEST_CASE(installable) {
  BOOST_TEST(completed({"build", ""}) == ":16\n");
  BOOST_TEST(completed({"--", "in"}) == ":16\n");
  BOOST_TEST(completed({"build", ".#a", ""}) == ":4\n"); // one is all that there can be
  BOOST_TEST(completed({".#a", "in"}) == ":4\n");
  BOOST_TEST(completed({"--file", "x.nix", "a"}) == ":4\n");
}

BOOST_AUTO_TEST_CASE(flags) {
  BOOST_TEST(completed({"build", "--ta"}) == "--tag\n:4\n");
  BOOST_TEST(completed({"build", "-t"}) == "-t\n:4\n");
  BOOST_TEST(completed({"--prog"}) == "--progress\n:4\n");
  BOOST_TEST(completed({"build", "-q", "--q"}) == ":4\n");              // given already
  BOOST_TEST(completed({"build", "-t", "x", "--ta"}) == "--tag\n:4\n"); // repeatable
  BOOST_TEST(completed({"info", "--ta"}) == ":4\n");
  BOOST_TEST(completed({"info", "--f"}) == "--format\n:4\n");
  BOOST_TEST(completed({"build", "--", "--ta"}) == ":16\n");
}

BOOST_AUTO_TEST_CASE(values) {
  BOOST_TEST(completed({"build", "--progress", "p"}) == "plain\n:4\n");
  BOOST_TEST(completed({"build", "--progress=p"}) == "plain\n:4\n");
  BOOST_TEST(completed({"--platform", "linux/arm/"}) == "linux/arm/v7\nlinux/arm/v6\n:4\n");
  BOOST_TEST(completed({"info", "--format", ""}) == "json\n:4\n");
  BOOST_TEST(completed({"build", "--iidfile", ""}) == ":0\n");
  BOOST_TEST(completed({"build", "-f", ""}) == ":0\n");
  BOOST_TEST(completed({"build", "-t", ""}) == ":4\n");
  BOOST_TEST(completed({"build", "--arg", "x", ""}) == ":4\n");
  BOOST_TEST(completed({"build", "--override-input", ""}) == ":4\n");
  BOOST_TEST(completed({"build", "--override-input", "nixpkgs", ""}) == ":16\n");
  BOOST_TEST(completed({"build", "--nope=p"}) == ":4\n");
}

BOOST_AUTO_TEST_CASE(topics_of_help) {
  BOOST_TEST(completed({"help", "b"}) == "build\nbake\nbuilder\n:4\n");
  BOOST_TEST(completed({"help", "builder", "i"}) == "inspect\n:4\n");
  BOOST_TEST(completed({"help", "build", ""}) == ":4\n");
}

BOOST_AUTO_TEST_CASE(descriptions) {
  testing::FakeWorld world;
  BOOST_TEST(world.run({"__complete", "nixbuild", "build", "--tag"}) == 0);
  BOOST_TEST(world.out.text.starts_with("--tag\t"));
}

BOOST_AUTO_TEST_CASE(attributes_for_the_platform_of_the_engine) {
  auto arm = nixbuild::fakes::Profile::docker_28();
  arm.go_architecture = "arm64";
  arm.kernel_architecture = "aarch64";
  const nixbuild::fakes::FakeEngine engine(arm);
  const nixbuild::TempDir programs;
  const auto nix = programs.path() / "nix";
  nixbuild::write_file_atomically(nix, "");
  std::filesystem::permissions(nix, std::filesystem::perms::owner_all);
  testing::FakeWorld world;
  world.variables["DOCKER_HOST"] = "unix://" + engine.socket().string();
  world.variables["PATH"] = programs.path();
  world.processes.on({"--version"}, {.out = "nix (Nix) 2.34.8\n"});
  world.processes.on({"eval"}, {.out = R"(["image","imageGz","big"])"});
  BOOST_TEST(world.run({"__complete", "nixbuild", "build", ".#im"}) == 0);
  BOOST_TEST(world.out.text == ".#image\n.#imageGz\n:4\n");
  const auto asked = nixbuild::process::to_string(world.processes.started.back());
  BOOST_TEST(asked.contains("aarch64-linux"));

  world.variables["DOCKER_HOST"] = "unix:///nonexistent/docker.sock"; // this machine's counts
  BOOST_TEST(world.run({"__complete", "nixbuild", "path:/x#b"}) == 0);
  BOOST_TEST(world.out.text == "path:/x#big\n:4\n");
}

BOOST_AUTO_TEST_CASE(failure_prints_nothing) {
  testing::FakeWorld world; // has no Nix
  BOOST_TEST(world.run({"__complete", "nixbuild", "build", ".#"}) == 1);
  BOOST_TEST(world.out.text == "");
  BOOST_TEST(world.err.text == "");
}

BOOST_AUTO_TEST_SUITE_END()
