#include "pipeline/gc_root.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>

using namespace nixbuild::pipeline;
using nixbuild::Environment;
using nixbuild::TempDir;
using nixbuild::nix::FlakeAttribute;
namespace fs = std::filesystem;

namespace {

struct Fixture {
  TempDir state;
  Environment environment{
      std::map<std::string, std::string>{{"XDG_STATE_HOME", state.path().string()}}};

  [[nodiscard]] fs::path link(const std::string& fragment, const std::string& system = "s") const {
    return gc_root_link(FlakeAttribute{.flake = ".", .fragment = fragment}, system, environment);
  }
  static fs::path project_file(const fs::path& link) { return link.string() + ".project"; }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(gc_root, Fixture)

BOOST_AUTO_TEST_CASE(one_for_each_attribute_and_system) {
  BOOST_TEST(link("a") == link("a"));
  BOOST_TEST(link("a") != link("b"));
  BOOST_TEST(link("a") != link("a", "t"));
  BOOST_TEST(fs::is_directory(link("a").parent_path()));
}

BOOST_AUTO_TEST_CASE(project_is_written_beside_it) {
  BOOST_TEST(nixbuild::read_file(project_file(link("a"))) == fs::current_path().string());
  BOOST_TEST(forsaken_roots(environment).empty());
}

BOOST_AUTO_TEST_CASE(project_that_is_gone) {
  const fs::path gone = state.path() / "gone";
  const fs::path root = link("a");
  nixbuild::write_file_atomically(project_file(root), gone.string());
  fs::create_symlink("/nix/store/x", root.string() + "-dev");
  const auto forsaken = forsaken_roots(environment);
  BOOST_REQUIRE(forsaken.size() == 1U);
  BOOST_TEST(forsaken[0].project == gone);
  BOOST_TEST(forsaken[0].files.size() == 2U);
  fs::create_directory(gone);
  BOOST_TEST(forsaken_roots(environment).empty());
}

BOOST_AUTO_TEST_CASE(what_is_not_understood_is_let_alone) {
  const fs::path root = link("a");
  for (const std::string project : {"", "relative/path"}) {
    nixbuild::write_file_atomically(project_file(root), project);
    BOOST_TEST(forsaken_roots(environment).empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
