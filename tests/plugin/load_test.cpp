#include "plugin/fake_world.hpp"
#include "support/files.hpp"
#include "support/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>

using namespace nixbuild::plugin;
using nixbuild::TempDir;
using nixbuild::UniqueFd;
using nixbuild::pipeline::BuildReport;
using testing::FakeWorld;
using testing::image_named;

namespace {

struct Fixture {
  TempDir folder;
  std::string archive = folder.path() / "image.tar";
  FakeWorld world;

  Fixture() {
    nixbuild::write_file_atomically(archive, "tar");
    world.on_load = [](const auto&) {
      BuildReport report;
      report.images = {image_named({"a:1", "b"}), image_named({})};
      return report;
    };
  }
};

const std::string docker_lines = "Loaded image: a:1\nLoaded image: b:latest\n"
                                 "Loaded image ID: sha256:" +
                                 std::string(64, '1') + "\n";

} // namespace

BOOST_FIXTURE_TEST_SUITE(load_command, Fixture)

BOOST_AUTO_TEST_CASE(file) {
  BOOST_TEST(world.run({"nixbuild", "load", "-i", archive}) == 0);
  BOOST_TEST(world.load_requests.at(0).archive == archive);
  BOOST_TEST(!world.load_requests.at(0).platform.has_value());
  BOOST_TEST(world.out.text == docker_lines);
  BOOST_TEST(world.err.text == "#0 loading into docker:default\n\n#1 load\n#1 DONE 0.0s\n");
  BOOST_TEST(world.requests.empty());
}

BOOST_AUTO_TEST_CASE(standard_input) {
  const UniqueFd opened(::open(archive.c_str(), O_RDONLY | O_CLOEXEC));
  world.standard_input = opened.get();
  BOOST_TEST(world.run({"nixbuild", "load"}) == 0);
  BOOST_TEST(world.load_requests.at(0).archive == "/dev/fd/" + std::to_string(opened.get()));
}

BOOST_AUTO_TEST_CASE(errors_call_standard_input_by_its_name) {
  const UniqueFd opened(::open(archive.c_str(), O_RDONLY | O_CLOEXEC));
  world.standard_input = opened.get();
  world.on_load = [](const auto& request) -> BuildReport {
    nixbuild::Error error(nixbuild::ErrorKind::corrupt, request.archive.string() + ": no tar");
    error.add_frame("loading " + request.archive.string());
    throw std::move(error).with_hint("make it again");
  };
  BOOST_TEST(world.run({"nixbuild", "load", "-q"}) == 1);
  BOOST_TEST(world.err.text == "ERROR: standard input: no tar\n  while loading standard input\n"
                               "  make it again\n");
}

BOOST_AUTO_TEST_CASE(quiet_hides_progress_alone) {
  BOOST_TEST(world.run({"nixbuild", "load", "-qi", archive}) == 0);
  BOOST_TEST(world.out.text == docker_lines);
  BOOST_TEST(world.err.text == "");
}

BOOST_AUTO_TEST_CASE(platform_is_that_of_the_option_alone) {
  world.variables["DOCKER_DEFAULT_PLATFORM"] = "linux/386";
  world.variables["NIXBUILD_PLATFORM"] = "linux/386";
  BOOST_TEST(world.run({"nixbuild", "load", "-i", archive}) == 0);
  BOOST_TEST(!world.load_requests.at(0).platform.has_value());
  BOOST_TEST(world.run({"nixbuild", "load", "-i", archive, "--platform=linux/arm64"}) == 0);
  BOOST_TEST(world.load_requests.at(1).platform->str() == "linux/arm64");
}

BOOST_AUTO_TEST_CASE(refusals) {
  BOOST_TEST(world.run({"nixbuild", "load", archive}) == 1);
  BOOST_TEST(world.err.text.contains("takes no arguments"));
  BOOST_TEST(world.run({"nixbuild", "load", "-i"}) == 125);
  BOOST_TEST(world.run({"nixbuild", "load", "-i", archive, "--tag", "x"}) == 125);
  BOOST_TEST(world.run({"nixbuild", "load", "-i", archive + "x"}) == 1);
  BOOST_TEST(world.err.text.contains(archive + "x does not exist"));
  BOOST_TEST(world.load_requests.empty());
  BOOST_TEST(world.out.text == "");
}

BOOST_AUTO_TEST_SUITE_END()
