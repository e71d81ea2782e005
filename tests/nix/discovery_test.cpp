#include "nix/discovery.hpp"
#include "process/runner.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

using namespace nixbuild;

namespace fs = std::filesystem;

namespace {

// Where a shell with that home and those programs finds Nix.
std::string found(const fs::path& home, const fs::path& programs) {
  const auto runner = process::system_runner();
  const process::Command command{
      .argv = {"/bin/sh", "-c", nix::find_nix_in_shell() + "printf %s \"$nix\""},
      .environment = {{"PATH", programs.string()}, {"HOME", home.string()}}};
  return process::capture(*runner, command, {}).out;
}

void have_program(const fs::path& file) {
  fs::create_directories(file.parent_path());
  write_file_atomically(file, "");
  fs::permissions(file, fs::perms::owner_all);
}

} // namespace

BOOST_AUTO_TEST_SUITE(discovery)

BOOST_AUTO_TEST_CASE(shells_find_what_we_find) {
  const TempDir home;
  const TempDir programs;
  // Those of the machine that the test runs on come first and last.
  if (fs::exists("/nix/var/nix/profiles/default/bin/nix") ||
      fs::exists("/run/current-system/sw/bin/nix"))
    return;
  BOOST_TEST(found(home.path(), programs.path()).empty());
  const fs::path of_user = home.path() / ".nix-profile/bin/nix";
  have_program(of_user);
  BOOST_TEST(found(home.path(), programs.path()) == of_user.string());
  const fs::path in_path = programs.path() / "nix";
  fs::create_directory(in_path);
  BOOST_TEST(found(home.path(), programs.path()) == of_user.string());
  fs::remove(in_path);
  have_program(in_path);
  BOOST_TEST(found(home.path(), programs.path()) == in_path.string());
  BOOST_TEST(found(home.path(), programs.path()) ==
             nix::find_nix(
                 Environment({{"PATH", programs.path().string()}, {"HOME", home.path().string()}}))
                 .string());
}

BOOST_AUTO_TEST_SUITE_END()
