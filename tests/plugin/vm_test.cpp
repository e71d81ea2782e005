#include "plugin/fake_world.hpp"
#include "plugin/vm_setup.hpp"
#include "plugin/vm_status.hpp"
#include "support/files.hpp"
#include "support/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <span>

using namespace nixbuild;
using namespace nixbuild::plugin;
using testing::FakeWorld;

namespace {

constexpr const char* profiles =
    R"({"name":"default","status":"Running","arch":"aarch64","cpus":4,"memory":8589934592,)"
    R"("disk":107374182400,"runtime":"docker"})"
    "\n"
    R"({"name":"nix-builder","status":"Stopped","arch":"aarch64","cpus":2,"memory":2147483648,)"
    R"("disk":64424509440,"runtime":"docker"})"
    "\n"
    R"({"name":"k3s","status":"Running","arch":"aarch64","cpus":2,"memory":2147483648,)"
    R"("disk":64424509440,"runtime":"containerd"})"
    "\n";

constexpr const char* instances =
    R"({"name":"docker","status":"Running","dir":"/h/.lima/docker","arch":"x86_64","cpus":2,)"
    R"("memory":4294967296,"disk":107374182400})"
    "\n";

struct Fixture {
  TempDir home;
  FakeWorld world;
  Pipe answers = make_pipe();

  Fixture() {
    world.variables["HOME"] = home.path();
    world.variables["DOCKER_CONFIG"] = home.path() / "docker";
    world.standard_input = answers.read.get();
    world.processes.on({"colima", "list", "--json"}, {.out = profiles});
    world.processes.on({"colima", "version"}, {.out = "colima version 0.9.1\n"});
    world.processes.on({"limactl", "list", "--json"}, {.out = instances});
  }
  void answer(const std::string& text) {
    write_all(answers.write.get(), std::as_bytes(std::span(text)));
    answers.write.reset();
  }
  // Whether the program was started with exactly these words.
  [[nodiscard]] bool ran(const std::vector<std::string>& argv) const {
    return std::ranges::find(world.processes.started, argv, &process::Command::argv) !=
           world.processes.started.end();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(virtual_machines, Fixture)

BOOST_AUTO_TEST_CASE(are_listed) {
  BOOST_TEST(world.run({"nixbuild", "vm", "ls"}) == 0);
  BOOST_TEST(
      world.out.text ==
      "NAME          TOOL     STATUS    ARCH      CPUS   MEMORY   DISK     RUNTIME      CONTEXT\n"
      "default       Colima   Running   aarch64   4      8GiB     100GiB   docker       colima\n"
      "nix-builder   Colima   Stopped   aarch64   2      2GiB     60GiB    docker\n"
      "k3s           Colima   Running   aarch64   2      2GiB     60GiB    containerd   "
      "colima-k3s\n"
      "docker        Lima     Running   x86_64    2      4GiB     100GiB                "
      "lima-docker\n");
  BOOST_TEST(world.run({"nixbuild", "vm", "ls", "--tool=lima"}) == 0);
  BOOST_TEST(!world.out.text.contains("Colima"));
  BOOST_TEST(world.run({"nixbuild", "vm", "ls", "--tool=vmware"}) == 1);
}

BOOST_AUTO_TEST_CASE(are_started_stopped_and_restarted) {
  world.processes.on({"colima", "start"}, {.out = "done"});
  world.processes.on({"colima", "stop"}, {.out = "done"});
  world.processes.on({"limactl", "stop"}, {.out = "done"});
  world.processes.on({"limactl", "start"}, {.out = "done"});
  BOOST_TEST(world.run({"nixbuild", "vm", "start", "nix-builder"}) == 0);
  BOOST_TEST(world.out.text == "nix-builder runs\n");
  BOOST_TEST(ran({"colima", "start", "nix-builder"}));
  BOOST_TEST(world.run({"nixbuild", "vm", "stop", "--force", "colima-nix-builder"}) == 0);
  BOOST_TEST(ran({"colima", "stop", "--force", "nix-builder"}));
  BOOST_TEST(world.run({"nixbuild", "vm", "restart", "docker"}) == 0);
  BOOST_TEST(ran({"limactl", "stop", "docker"}));
  BOOST_TEST(ran({"limactl", "start", "docker"}));
}

BOOST_AUTO_TEST_CASE(are_named_by_the_seeds_variable_and_by_the_context) {
  world.processes.on({"colima", "stop"}, {.out = "done"});
  world.variables["COLIMA_INSTANCE"] = "nix-builder";
  BOOST_TEST(world.run({"nixbuild", "vm", "stop"}) == 0);
  BOOST_TEST(ran({"colima", "stop", "nix-builder"}));
  BOOST_TEST(world.run({"--context", "colima-k3s", "nixbuild", "vm", "stop"}) == 0);
  BOOST_TEST(ran({"colima", "stop", "k3s"}));
  world.variables.erase("COLIMA_INSTANCE");
  BOOST_TEST(world.run({"nixbuild", "vm", "stop"}) == 0);
  BOOST_TEST(ran({"colima", "stop", "default"}));
}

BOOST_AUTO_TEST_CASE(that_are_not_there_are_told_from_those_that_are) {
  BOOST_TEST(world.run({"nixbuild", "vm", "start", "nothing"}) == 1);
  BOOST_TEST(world.err.text.contains("there is no machine \"nothing\""));
  BOOST_TEST(world.err.text.contains("nix-builder (Colima), k3s (Colima), docker (Lima)"));
}

BOOST_AUTO_TEST_CASE(without_a_tool) {
  FakeWorld bare;
  BOOST_TEST(bare.run({"nixbuild", "vm", "ls"}) == 1);
  BOOST_TEST(bare.err.text.contains("neither colima nor limactl is installed here"));
  BOOST_TEST(bare.err.text.contains("brew install colima"));
}

BOOST_AUTO_TEST_CASE(tool_that_fails_is_quoted) {
  world.processes.on({"colima", "start"}, fakes::failing("FATA[0000] error starting vm"));
  BOOST_TEST(world.run({"nixbuild", "vm", "start", "nix-builder"}) == 1);
  BOOST_TEST(world.err.text.contains("`colima start nix-builder` failed"));
  BOOST_TEST(world.err.text.contains("error starting vm"));
  BOOST_TEST(world.err.text.contains("vm stop --force"));
}

BOOST_AUTO_TEST_CASE(deletion_says_what_is_lost_and_asks) {
  answer("n\n");
  BOOST_TEST(world.run({"nixbuild", "vm", "delete", "nix-builder"}) == 0);
  BOOST_TEST(world.out.text.contains("its root disk, with /nix"));
  BOOST_TEST(world.out.text.contains("the Docker context colima-nix-builder"));
  BOOST_TEST(world.out.text.contains("stay on its data disk"));
  BOOST_TEST(world.out.text.ends_with("Nothing was deleted.\n"));
  BOOST_TEST(!ran({"colima", "delete", "--force", "nix-builder"}));

  world.processes.on({"colima", "delete"}, {.out = "done"});
  BOOST_TEST(world.run({"nixbuild", "vm", "delete", "--force", "--data", "nix-builder"}) == 0);
  BOOST_TEST(world.out.text.contains("all images, containers and volumes"));
  BOOST_TEST(ran({"colima", "delete", "--force", "nix-builder", "--data"}));

  world.processes.on({"limactl", "delete"}, {.out = "done"});
  world.processes.on({"docker", "context", "rm"}, {.out = "done"});
  BOOST_TEST(world.run({"nixbuild", "vm", "delete", "--force", "docker"}) == 0);
  BOOST_TEST(ran({"docker", "context", "rm", "--force", "lima-docker"}));
}

BOOST_AUTO_TEST_CASE(creation_shows_its_commands) {
  BOOST_TEST(world.run({"nixbuild", "vm", "create", "new", "--dry-run", "--cpus=8",
                        "--rosetta=false", "--mount", "/my src:w"}) == 0);
  BOOST_TEST(world.out.text ==
             "This will:\n  colima start new --runtime docker -c 8 -m 8 -d 100 --root-disk 60 "
             "--mount '/my src:w'\n  docker nixbuild vm setup colima-new\n");
  BOOST_TEST(
      world.run({"nixbuild", "vm", "create", "x", "--dry-run", "--tool=lima", "--rosetta"}) == 0);
  BOOST_TEST(world.out.text.contains("limactl start --tty=false --name=x"));
  BOOST_TEST(world.out.text.contains("--vm-type=vz --rosetta"));
  BOOST_TEST(world.run({"nixbuild", "vm", "create", "nix-builder", "--dry-run"}) == 0);
  BOOST_TEST(world.out.text == "This will:\n  colima start nix-builder\n  docker nixbuild vm setup "
                               "colima-nix-builder\n");
}

BOOST_AUTO_TEST_CASE(creation_refuses_what_cannot_be) {
  const auto refuses = [&](std::vector<std::string> words, const char* text) {
    words.insert(words.begin(), {"nixbuild", "vm", "create"});
    BOOST_TEST(world.run(words) == 1);
    BOOST_TEST(world.err.text.contains(text), world.err.text);
  };
  refuses({"k3s"}, "there is a machine k3s already: it runs containerd");
  refuses({"a b"}, "a machine cannot be called \"a b\"");
  refuses({"x", "--cpus", "0"}, "--cpus cannot be \"0\"");
  refuses({"x", "--tool=lima", "--persist"}, "--persist is for machines of Colima");
  refuses({"x", "--memory=4G"}, "--memory cannot be \"4G\"");
  world.processes.on({"colima", "version"}, {.out = "colima version 0.5.6\n"});
  refuses({"x"}, "this colima is too old");
  BOOST_TEST(!ran({"colima", "start", "k3s"}));
}

BOOST_AUTO_TEST_CASE(are_completed) {
  BOOST_TEST(world.run({"__complete", "nixbuild", "vm", "start", ""}) == 0);
  BOOST_TEST(world.out.text ==
             "default\tColima\nnix-builder\tColima\nk3s\tColima\ndocker\tLima\n:4\n");
  BOOST_TEST(world.run({"__complete", "nixbuild", "vm", "setup", ""}) == 0);
  BOOST_TEST(world.out.text == ":4\n");
  BOOST_TEST(world.run({"__complete", "nixbuild", "vm", "ls", ""}) == 0);
  BOOST_TEST(world.out.text == ":4\n");
}

BOOST_AUTO_TEST_CASE(shell_in_a_machine_that_does_not_run) {
  BOOST_TEST(world.run({"nixbuild", "vm", "ssh", "nix-builder"}) == 1);
  BOOST_TEST(world.err.text.contains("the machine nix-builder does not run (it is Stopped)"));
  BOOST_TEST(world.err.text.contains("vm start nix-builder"));
}

BOOST_AUTO_TEST_CASE(command_in_a_machine_by_ssh_keeps_its_status) {
  world.status_of_next = 7;
  BOOST_TEST(world.run({"-H", "ssh://me@vm", "nixbuild", "vm", "ssh", "--", "df", "-h"}) == 7);
  BOOST_REQUIRE(world.handed_over.has_value());
  BOOST_TEST(world.handed_over->argv.front() == "ssh");
  BOOST_TEST(world.handed_over->argv.at(1) == "-T"); // no terminal here
  BOOST_TEST(world.handed_over->argv.back().starts_with("exec sh -c "));
}

BOOST_AUTO_TEST_CASE(machine_without_ssh) {
  BOOST_TEST(world.run({"-H", "tcp://vm:2375", "nixbuild", "vm", "ssh", "true"}) == 1);
  BOOST_TEST(world.err.text.contains("no command gets by ssh"));
}

BOOST_AUTO_TEST_CASE(status_of_one_that_is_stopped) {
  BOOST_TEST(world.run({"nixbuild", "vm", "status", "nix-builder"}) == 1);
  BOOST_TEST(world.out.text == "Name:     nix-builder (Colima)\n"
                               "Status:   Stopped\n"
                               "Size:     2 CPUs, 2.15GB memory, 64.4GB disk, aarch64\n");
}

BOOST_AUTO_TEST_CASE(status_in_lines) {
  const VmStatus status{
      .machine = {},
      .context = "colima",
      .endpoint = "unix:///s",
      .peer = "Colima default",
      .engine = engine::Facts{.product = "Docker",
                              .version = "27.1",
                              .platform = {"linux", "arm64", ""},
                              .store = engine::ImageStore::containerd},
      .engine_error = {},
      .guest = vm::Guest{.machine = "aarch64",
                         .os_name = "Ubuntu 24.04",
                         .rights = vm::Rights::root,
                         .free_bytes = 5'000'000'000,
                         .emulators = {{.name = "rosetta", .enabled = true, .flags = "OCF"}},
                         .nix = {.program = "/nix/x", .version = "nix (Nix) 2.33", .works = true}},
      .guest_error = {},
      .store_bytes = 1'000'000'000};
  BOOST_TEST(vm_status_text(status) == "Machine:  Colima default\n"
                                       "Context:  colima\n"
                                       "Endpoint: unix:///s\n"
                                       "Engine:   Docker 27.1, linux/arm64, containerd\n"
                                       "System:   Ubuntu 24.04, aarch64-linux\n"
                                       "Nix:      nix (Nix) 2.33, /nix/x\n"
                                       "Store:    1.00GB\n"
                                       "Free:     5.00GB\n"
                                       "Emulates: x86_64-linux\n");
  BOOST_TEST(status.healthy());
  BOOST_TEST(vm_status_json(status).contains("\"storeBytes\": 1000000000"));
  BOOST_TEST(vm_status_json(status).contains("\"x86_64-linux\""));
}

BOOST_AUTO_TEST_CASE(setup_of_a_machine_by_ssh_that_is_not_there) {
  world.processes.on({"ssh"}, fakes::failing("ssh: connect: Connection refused", 255));
  BOOST_TEST(world.run({"-H", "ssh://me@vm", "nixbuild", "vm", "setup"}) == 1);
  BOOST_TEST(world.err.text.contains("no ssh server answers on me@vm"));
  BOOST_TEST(world.err.text.contains("looking at me@vm"));
}

BOOST_AUTO_TEST_CASE(setup_shows_what_it_would_do) {
  world.processes.on({"ssh"}, {.out = "probe=begin\nkernel=Linux\nmachine=riscv64\nuser=me\n"
                                      "os.PRETTY_NAME=\"Debian 13\"\ninit=systemd\nrights=sudo\n"
                                      "root_type=ext4\nnamespaces=yes\nfetcher=curl\nprobe=end\n"});
  BOOST_TEST(world.run({"-H", "ssh://me@vm", "nixbuild", "vm", "setup", "--dry-run"}) == 0);
  BOOST_TEST(world.out.text.starts_with("me@vm: Debian 13, riscv64, systemd, as me\nThis will:\n"
                                        "  fetch https://artifacts.nixos.org/nix-installer\n"
                                        "  install Nix for all users\n"));
  BOOST_TEST(world.out.text.contains("      extra-trusted-users = me\n"));
  BOOST_TEST(world.out.text.contains("Note: Nix will trust the user me"));
  BOOST_TEST(world.processes.started.size() == 1U);
  BOOST_TEST(world.run({"-H", "ssh://me@vm", "nixbuild", "vm", "setup", "--uninstall"}) == 0);
  BOOST_TEST(world.out.text == "Nothing was done to this machine by us.\n");
}

BOOST_AUTO_TEST_SUITE_END()
