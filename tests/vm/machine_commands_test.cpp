#include "process/command.hpp"
#include "support/error.hpp"
#include "vm/machine_commands.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::vm;

namespace {

std::string text_of(const CommandLine& line) {
  return process::to_string({.argv = line});
}

std::string text_of(const std::vector<CommandLine>& lines) {
  std::string text;
  for (const CommandLine& line : lines)
    text += text_of(line) + ";";
  return text;
}

const VirtualMachine profile{.tool = Tool::colima, .name = "work", .status = "Running"};
const VirtualMachine instance{.tool = Tool::lima, .name = "docker", .status = "Stopped"};

} // namespace

BOOST_AUTO_TEST_SUITE(machine_commands)

BOOST_AUTO_TEST_CASE(new_profile_of_colima) {
  BOOST_TEST(text_of(colima_create({.name = "work"}, {})) ==
             "colima start work --runtime docker -c 4 -m 8 -d 100 --root-disk 60");
  const NewMachine large{.name = "big",
                         .cpus = 8,
                         .memory = 16,
                         .disk = 50,
                         .root_disk = 70,
                         .rosetta = true,
                         .mounts = {"/src:w", "/data"}};
  BOOST_TEST(text_of(colima_create(large, {.has_root_disk = false})) ==
             "colima start big --runtime docker -c 8 -m 16 -d 120 --vm-type vz --vz-rosetta "
             "--mount /src:w --mount /data");
}

BOOST_AUTO_TEST_CASE(new_instance_of_lima) {
  BOOST_TEST(text_of(lima_create({.name = "x", .rosetta = true, .mounts = {"/src:w"}})) ==
             "limactl start --tty=false --name=x --cpus=4 --memory=8 --disk=100 --vm-type=vz "
             "--rosetta --mount=/src:w template://docker-rootful");
}

BOOST_AUTO_TEST_CASE(what_is_done_to_a_machine) {
  BOOST_TEST(text_of(commands_for(Action::start, profile)) == "colima start work;");
  BOOST_TEST(text_of(commands_for(Action::stop, profile, true)) == "colima stop --force work;");
  BOOST_TEST(text_of(commands_for(Action::restart, profile)) == "colima restart work;");
  BOOST_TEST(text_of(commands_for(Action::remove, profile, true, true)) ==
             "colima delete --force work --data;");
  BOOST_TEST(text_of(commands_for(Action::stop, instance)) == "limactl stop docker;");
  BOOST_TEST(text_of(commands_for(Action::restart, instance)) ==
             "limactl stop docker;limactl start docker;");
  BOOST_TEST(text_of(commands_for(Action::remove, instance, true, true)) ==
             "limactl delete --force docker;");
}

BOOST_AUTO_TEST_CASE(versions_of_colima) {
  BOOST_TEST(parse_colima_version("colima version 0.9.1\ngit commit: 1\n").has_root_disk);
  BOOST_TEST(!parse_colima_version("colima version 0.8.4\n").has_root_disk);
  BOOST_TEST(parse_colima_version("colima version v0.10.0").has_root_disk);
  BOOST_TEST(parse_colima_version("colima version HEAD-490420d\n").has_root_disk);
  BOOST_TEST(parse_colima_version("").has_root_disk);
  BOOST_CHECK_EXCEPTION(
      (void)parse_colima_version("colima version 0.5.6\n"), Error, [](const Error& error) {
        return error.message().contains("0.5.6") && error.hint().contains("brew upgrade colima");
      });
}

BOOST_AUTO_TEST_CASE(names_that_are_none) {
  for (const char* name : {"default", "nix-builder", "a.b_c", "0"})
    BOOST_TEST(!why_no_machine_name(name).has_value(), name);
  for (const std::string& name : {std::string(), std::string("-x"), std::string("a b"),
                                  std::string("../x"), std::string("a/b"), std::string(61, 'a')})
    BOOST_TEST(why_no_machine_name(name).has_value(), name);
}

BOOST_AUTO_TEST_CASE(machines_that_have_no_docker) {
  BOOST_TEST(!why_unfit(profile).has_value());
  VirtualMachine other = profile;
  other.runtime = "containerd";
  BOOST_TEST(why_unfit(other).value() == "it runs containerd, which cannot be changed");
  other = profile;
  other.status = "Broken";
  BOOST_TEST(why_unfit(other).value() == "it is broken");
}

BOOST_AUTO_TEST_SUITE_END()
