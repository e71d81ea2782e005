#include "fakes/fake_runner.hpp"
#include "nix/can_build.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace nixbuild;
using namespace nixbuild::nix;

BOOST_AUTO_TEST_SUITE(can_build)

BOOST_AUTO_TEST_CASE(own_system_and_its_friends) {
  const char* settings = "cores = 0\nextra-platforms = i686-linux x86_64-v1-linux\n"
                         "system = x86_64-linux\nsystem-features = kvm\n";
  BOOST_TEST(settings_allow(settings, "x86_64-linux"));
  BOOST_TEST(settings_allow(settings, "i686-linux"));
  BOOST_TEST(!settings_allow(settings, "aarch64-linux"));
  BOOST_TEST(!settings_allow("system = aarch64-darwin\nextra-platforms = \n", "aarch64-linux"));
}

BOOST_AUTO_TEST_CASE(machines_are_read_field_by_field) {
  const char* machines = "# one a line\n"
                         "ssh-ng://builder@linux-builder aarch64-linux,x86_64-linux /key 4 - kvm\n"
                         "ssh://mac aarch64-darwin ; other riscv64-linux";
  for (const char* system : {"aarch64-linux", "x86_64-linux", "aarch64-darwin", "riscv64-linux"})
    BOOST_TEST(machines_allow(machines, system), system);
  for (const char* system : {"x86_64-darwin", "linux", "kvm"})
    BOOST_TEST(!machines_allow(machines, system), system);
  BOOST_TEST(!machines_allow("# ssh://old aarch64-linux", "aarch64-linux"));
  BOOST_TEST(!machines_allow("", "aarch64-linux"));
}

BOOST_AUTO_TEST_CASE(machines_may_stand_in_a_file) {
  const TempDir temp;
  std::ofstream(temp.path() / "machines") << "ssh://one aarch64-linux\n";
  const std::string settings = format("builders = @{}/machines\n", temp.path().string());
  BOOST_TEST(settings_allow(settings, "aarch64-linux"));
  BOOST_TEST(!settings_allow(settings, "x86_64-linux"));
  BOOST_TEST(!settings_allow("builders = @/nonexistent\n", "aarch64-linux"));
}

BOOST_AUTO_TEST_CASE(builder_of_determinate_nix) {
  const char* settings = "external-builders = [{\"program\":\"/p\",\"systems\":"
                         "[\"aarch64-linux\",\"x86_64-linux\"]}]\n";
  BOOST_TEST(settings_allow(settings, "aarch64-linux"));
  BOOST_TEST(!settings_allow(settings, "riscv64-linux"));
}

BOOST_AUTO_TEST_CASE(nix_that_is_not_here_builds_nothing) {
  const TempDir bin;
  fakes::FakeRunner runner;
  const Environment environment{{{"PATH", bin.path().string()}, {"HOME", bin.path().string()}}};
  std::ofstream(bin.path() / "nix") << "#!/bin/sh\n";
  std::filesystem::permissions(bin.path() / "nix", std::filesystem::perms::owner_all);
  runner.on({"show-config"}, fakes::Reply{.out = "system = x86_64-linux\n"});
  BOOST_TEST(nix::can_build("x86_64-linux", runner, environment, {}));
  BOOST_TEST(!nix::can_build("aarch64-linux", runner, environment, {}));
  runner.on({"show-config"}, fakes::failing("error: no"));
  BOOST_TEST(!nix::can_build("x86_64-linux", runner, environment, {}));
}

BOOST_AUTO_TEST_SUITE_END()
