#include "doctor/facts_of.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::doctor;
using namespace nixbuild::doctor::testing;
using context::MachineKind;
using context::Origin;

namespace {

// That `id` alone sees something, and tells of it in these words.
void check_only(const Facts& facts, std::string_view id, Severity severity, std::string_view seen,
                std::string_view remedy) {
  BOOST_TEST(problems(facts) == std::string(id) + " " + std::string(to_string(severity)));
  const Outcome outcome = outcome_of(facts, id);
  BOOST_TEST(outcome.seen.contains(seen), outcome.seen);
  BOOST_TEST(outcome.remedy.contains(remedy), outcome.remedy);
}

constexpr auto warning = Severity::warning;
constexpr auto error = Severity::error;

Facts without_context() {
  Facts facts;
  facts.wanted_context = "colima-nix-builder";
  facts.context_error =
      Error(ErrorKind::not_found, "there is no context 'colima-nix-builder'").with_hint("others");
  return facts;
}

Facts silent_engine() {
  Facts facts = healthy();
  facts.engine.reset();
  facts.guest.reset();
  facts.builder.clear();
  facts.to_guest.clear();
  facts.engine_error =
      Error(ErrorKind::unavailable, "nobody listens on /var/run/docker.sock").with_hint("start it");
  return facts;
}

Facts with_machine(const char* line) {
  Facts facts = healthy();
  facts.client.machines = parse_machine_list(line);
  facts.client.listening = {31022, 31122};
  return facts;
}

constexpr const char* good_machine =
    "ssh-ng://builder@linux-builder aarch64-linux /etc/nix/builder_ed25519 1 1 kvm - c3NoLWVk";

Facts determinate(const char* version, const char* config) {
  Facts facts = healthy();
  facts.client.determinate =
      Determinate{.version = version, .status = "Authentication: logged-in", .config = config};
  return facts;
}

// `determinate-nixd version` with and without the feature.
constexpr const char* granted =
    "Determinate Nixd daemon version: 3.8.5\nThe following features are "
    "enabled:\n  * lazy-trees\n  * native-linux-builder\n";
constexpr const char* not_granted =
    "Determinate Nixd daemon version: 3.8.5\nThe following features are enabled:\n  * lazy-trees\n";

} // namespace

BOOST_AUTO_TEST_SUITE(check)

BOOST_AUTO_TEST_CASE(x1_context_that_is_not_there) {
  check_only(without_context(), "X1", error, "there is no context", "colima start nix-builder");
}

BOOST_AUTO_TEST_CASE(x2_variable_that_wins) {
  Facts facts = healthy();
  facts.context->origin = Origin::docker_host;
  BOOST_TEST(problems(facts) == "");
  facts.configured_context = "colima";
  check_only(facts, "X2", warning, "DOCKER_HOST is set", "Unset DOCKER_HOST");
}

BOOST_AUTO_TEST_CASE(x3_engine_that_does_not_answer) {
  check_only(silent_engine(), "X3", error, "nobody listens", "start it");
}

BOOST_AUTO_TEST_CASE(x4_another_engine_than_the_name_says) {
  Facts facts = healthy();
  facts.context->name = "colima";
  check_only(facts, "X4", warning, "belongs to this machine", "docker context ls");
  facts = healthy();
  facts.environment = with_variable("COLIMA_INSTANCE", "nix-builder");
  check_only(facts, "X4", warning, "COLIMA_INSTANCE", "docker context use colima-nix-builder");
  facts = healthy_colima();
  facts.environment = with_variable("COLIMA_INSTANCE", "nix-builder");
  BOOST_TEST(problems(facts) == "");
}

BOOST_AUTO_TEST_CASE(x5_two_engines) {
  Facts facts = healthy_colima();
  facts.guest->engine_id = "another";
  check_only(facts, "X5", error, "another engine", "docker context inspect");
}

BOOST_AUTO_TEST_CASE(d4_rootless_engine) {
  Facts facts = healthy();
  facts.engine->rootless = true;
  BOOST_TEST(problems(facts) == "");
  facts.builder = "container";
  check_only(facts, "D4", warning, "rootless", "--builder host");
}

BOOST_AUTO_TEST_CASE(d1_isolated_containers) {
  Facts facts = healthy();
  facts.machine.kind = MachineKind::docker_desktop;
  facts.builder = "container";
  facts.containers = {{.name = "one", .runtime = "runc"}};
  BOOST_TEST(problems(facts) == "");
  facts.containers.push_back({.name = "two", .runtime = "sysbox-runc"});
  check_only(facts, "D1", warning, "Enhanced Container Isolation is on", "imageList");
  facts.builder = "host";
  BOOST_TEST(problems(facts) == "");
}

BOOST_AUTO_TEST_CASE(k1_profile_that_is_stopped) {
  Facts facts = silent_engine();
  facts.client.colima = {{.name = "default", .status = "Stopped", .runtime = ""}};
  facts.client.lima_version = "limactl version 2.2.0";
  BOOST_TEST(problems(facts) == "X3 error, K1 error");
  BOOST_TEST(outcome_of(facts, "K1").seen == "Colima's profile 'default' is Stopped");
  const std::vector<std::string> fix = outcome_of(facts, "K1").fix.value().argv;
  BOOST_TEST(fix == (std::vector<std::string>{"colima", "start", "default"}),
             boost::test_tools::per_element());
  facts = without_context();
  facts.client.colima = std::vector<context::ColimaProfile>{};
  facts.client.lima_version = "limactl version 2.2.0";
  BOOST_TEST(problems(facts) == "X1 error, K1 error");
  BOOST_TEST(outcome_of(facts, "K1").seen == "Colima has no profile 'nix-builder'");
}

BOOST_AUTO_TEST_CASE(k2_profile_that_is_broken) {
  Facts facts = healthy_colima();
  facts.client.colima->at(1).status = "Broken";
  check_only(facts, "K2", error, "is broken",
             "colima stop --force nix-builder && colima start nix-builder");
}

BOOST_AUTO_TEST_CASE(k3_profile_without_docker) {
  Facts facts = healthy_colima();
  facts.client.colima->at(1).runtime = "containerd";
  check_only(facts, "K3", error, "runs containerd", "colima start -p NEW -r docker");
}

BOOST_AUTO_TEST_CASE(k4_profile_taken_for_a_command) {
  Facts facts = healthy_colima();
  facts.log = "bash: line 1: nix-builder: command not found";
  check_only(facts, "K4", warning, "'nix-builder' was taken", "colima ssh -p nix-builder --");
}

BOOST_AUTO_TEST_CASE(k5_small_root_disk) {
  Facts facts = healthy_colima();
  facts.guest->disks["/"] = {.bytes = 20'000'000'000, .free_bytes = 15'000'000'000};
  check_only(facts, "K5", warning, "15.0GB of 20.0GB", "--root-disk 100");
  facts.guest->mounts.push_back({.path = "/nix", .type = "ext4"});
  BOOST_TEST(problems(facts) == "");
}

BOOST_AUTO_TEST_CASE(k6_store_in_memory) {
  Facts facts = healthy_colima();
  BOOST_TEST(outcome_of(facts, "K6").seen.contains("lost on colima delete"));
  facts.guest->mounts.push_back({.path = "/nix", .type = "tmpfs"});
  check_only(facts, "K6", warning, "in memory", "--builder container");
}

BOOST_AUTO_TEST_CASE(k7_old_lima) {
  Facts facts = healthy_colima();
  facts.client.lima_version = "limactl version 0.17.2";
  check_only(facts, "K7", warning, "Lima is 0.17.2", "brew upgrade lima");
  facts.client.lima_version.clear();
  facts.client.limactl_missing = true;
  check_only(facts, "K7", error, "no limactl", "brew install lima");
}

BOOST_AUTO_TEST_CASE(k8_stale_connection) {
  Facts facts = healthy_colima();
  facts.guest.reset();
  facts.guest_error = Error(ErrorKind::unavailable, "cannot get to Colima nix-builder by ssh")
                          .with_detail("mux_client_hello_exchange: write packet: Broken pipe");
  BOOST_TEST(problems(facts) == "K8 error, N1 error");
  BOOST_TEST(outcome_of(facts, "K8").remedy.contains("colima-nix-builder/ssh.sock"));
}

BOOST_AUTO_TEST_CASE(m1_folder_that_is_not_mounted) {
  Facts facts = healthy_colima();
  facts.guest->source_seen = false;
  check_only(facts, "M1", warning, "does not see this folder",
             "colima start -V /home/me/project:w");
}

BOOST_AUTO_TEST_CASE(m3_slow_mount) {
  Facts facts = healthy_colima();
  facts.guest->mounts.back().type = "fuse.sshfs";
  check_only(facts, "M3", warning, "by fuse.sshfs, which is slow", "vmType vz");
}

BOOST_AUTO_TEST_CASE(b5_folder_of_somebody_else) {
  Facts facts = healthy();
  facts.client.source->refusal = "fatal: detected dubious ownership in repository at '/x'";
  check_only(facts, "B5", error, "dubious ownership", "safe.directory /home/me/project");
}

BOOST_AUTO_TEST_CASE(b6_files_that_git_does_not_know) {
  Facts facts = healthy();
  facts.client.source->untracked = {"nix/image.nix"};
  check_only(facts, "B6", warning, "nix/image.nix", "git add -N nix/image.nix");
  BOOST_TEST(outcome_of(facts, "B6").fix.value().argv.back() == ":(top,literal)nix/image.nix");
  facts.client.source->untracked.emplace_back("flake.nix");
  check_only(facts, "B6", error, "flake.nix", "git add -N");
  facts.client.flake = false;
  BOOST_TEST(problems(facts) == "");
}

BOOST_AUTO_TEST_CASE(b7_dirty_tree) {
  Facts facts = healthy();
  facts.client.source->changed = {"a", "b", "c", "d", "e", "f", "g"};
  check_only(facts, "B7", warning, "a, b, c, d, e and 2 more", "self.lastModified");
}

BOOST_AUTO_TEST_CASE(b9_changes_that_do_not_count) {
  Facts facts = healthy();
  facts.client.source->untracked = {"main.c"};
  check_only(facts, "B9", warning, "main.c", "git add -N");
}

BOOST_AUTO_TEST_CASE(n1_no_nix) {
  Facts facts = healthy_colima();
  facts.guest->nix.clear();
  check_only(facts, "N1", error, "there is no Nix on Colima nix-builder", "nix-installer");
  BOOST_TEST(outcome_of(facts, "N1").remedy.ends_with("`docker nixbuild vm setup` does that."));
  facts.builder = "container";
  facts.to_guest.clear();
  facts.guest.reset();
  BOOST_TEST(outcome_of(facts, "N1").seen.contains("made when it is first needed"));
}

BOOST_AUTO_TEST_CASE(n1_no_way_to_nix) {
  Facts facts = healthy();
  facts.guest.reset();
  facts.builder_error = Error(ErrorKind::not_found, "there is no builder x").with_hint("see ls");
  check_only(facts, "N1", error, "there is no builder x", "see ls");
}

BOOST_AUTO_TEST_CASE(n2_no_xz) {
  Facts facts = healthy_colima();
  facts.guest->xz = false;
  BOOST_TEST(problems(facts) == "");
  facts.guest->nix.clear();
  BOOST_TEST(problems(facts) == "N1 error, N2 warning");
}

BOOST_AUTO_TEST_CASE(n3_single_user) {
  Facts facts = healthy();
  facts.guest->store_owner = 1000;
  check_only(facts, "N3", warning, "for one user", "daemon");
}

BOOST_AUTO_TEST_CASE(n4_daemon_that_is_off) {
  Facts facts = healthy();
  facts.guest->store_error = "error: cannot connect to socket";
  check_only(facts, "N4", error, "cannot connect", "Start the Nix daemon");
  BOOST_TEST(!outcome_of(facts, "N4").fix.has_value());
  facts.guest->daemon_unit = "inactive";
  check_only(facts, "N4", error, "cannot connect", "systemctl enable --now nix-daemon.socket");
  BOOST_TEST(outcome_of(facts, "N4").fix.value().argv.back() ==
             "exec sh -c 'sudo systemctl enable --now nix-daemon.socket'");
}

BOOST_AUTO_TEST_CASE(n6_flakes_that_are_off) {
  Facts facts = healthy();
  facts.guest->settings["experimental-features"] = "nix-command";
  check_only(facts, "N6", warning, "flakes are off", "experimental-features");
  facts.guest->nix_version = "nix (Determinate Nix 3.8.5) 2.30.2";
  BOOST_TEST(problems(facts) == "");
  facts = healthy();
  facts.guest->nix_commands = false;
  check_only(facts, "N6", warning, "flakes are off", "experimental-features");
}

BOOST_AUTO_TEST_CASE(n7_untrusted_user) {
  Facts facts = healthy();
  facts.guest->trusted = false;
  check_only(facts, "N7", warning, "does not trust me", "trusted-users = root me");
  BOOST_TEST(!outcome_of(facts, "N7").remedy.contains("vm setup"));
}

BOOST_AUTO_TEST_CASE(n8_no_sandbox) {
  Facts facts = healthy();
  facts.guest->settings["sandbox"] = "relaxed";
  check_only(facts, "N8", warning, "sandbox = relaxed", "sandbox-fallback = false");
}

BOOST_AUTO_TEST_CASE(n9_full_disk) {
  Facts facts = healthy();
  facts.guest->disks["/nix"] = {.bytes = 1'000'000'000, .free_bytes = 10'000'000};
  check_only(facts, "N9", error, "10.0MB are free", "nix-collect-garbage");
  BOOST_TEST(outcome_of(facts, "N9").fix.value().argv.back() ==
             "exec sh -c '/nix/var/nix/profiles/default/bin/nix-collect-garbage'");
  facts.guest->disks["/nix"].free_bytes = 3'000'000'000;
  check_only(facts, "N9", warning, "3.00GB are free", "nix-collect-garbage");
}

BOOST_AUTO_TEST_CASE(n9_odd_folders_are_given_to_no_shell) {
  Facts facts = healthy();
  facts.guest->disks["/nix"] = {};
  facts.guest->nix = "/tmp/$(reboot)/nix";
  BOOST_TEST(!outcome_of(facts, "N9").fix.has_value());
}

BOOST_AUTO_TEST_CASE(n10_no_network) {
  Facts facts = healthy();
  facts.guest->caches = {{.url = "https://cache.nixos.org", .status = 200, .words = {}}};
  BOOST_TEST(problems(facts) == "");
  facts.guest->caches.front() = {
      .url = "https://cache.nixos.org", .status = 0, .words = "curl: (6) Could not resolve host"};
  check_only(facts, "N10", warning, "Could not resolve host", "proxy needed?");
  for (const auto kind : {MachineKind::colima, MachineKind::this_machine}) {
    facts.machine.kind = kind;
    BOOST_TEST(outcome_of(facts, "N10").remedy.contains("colima") == (kind == MachineKind::colima));
  }
  facts.guest->caches.front().words = "curl: (60) SSL certificate problem";
  check_only(facts, "N10", warning, "SSL", "ssl-cert-file");
  facts.guest->caches.push_back({.url = "https://a.example", .status = 200, .words = {}});
  facts.guest->caches.front().url = "https://b.example";
  check_only(facts, "N10", warning, "https://b.example", "CA");
}

BOOST_AUTO_TEST_CASE(a1_nix_of_another_platform) {
  Facts facts = healthy();
  facts.engine->platform.architecture = "arm64";
  check_only(facts, "A1", error, "the engine is linux/arm64", "aarch64-linux");
  facts.client.machines = parse_machine_list(good_machine);
  BOOST_TEST((outcome_of(facts, "A1").severity == Severity::ok));
}

BOOST_AUTO_TEST_CASE(a2_other_platform_that_nothing_starts) {
  Facts facts = healthy_colima();
  facts.environment = with_variable("NIXBUILD_PLATFORM", "linux/amd64");
  check_only(facts, "A2", error, "linux/amd64 is asked for", "--vz-rosetta");
  facts.guest->emulators = {
      {.name = "qemu-x86_64", .interpreter = "/usr/bin/qemu", .enabled = true, .fixed = true}};
  check_only(facts, "A3", error, "qemu-x86_64", "extra-platforms = x86_64-linux");
  facts.guest->settings["extra-platforms"] = "x86_64-linux";
  BOOST_TEST(problems(facts) == "");
  facts.guest->emulators.front().fixed = false;
  check_only(facts, "A2", warning, "without the flag F", "extra-sandbox-paths");
}

BOOST_AUTO_TEST_CASE(a4_rosetta_that_sandboxes_do_not_have) {
  Facts facts = healthy_colima();
  facts.guest->emulators = {{.name = "rosetta",
                             .interpreter = "/mnt/lima-rosetta/rosetta",
                             .enabled = true,
                             .fixed = true}};
  check_only(facts, "A3", warning, "rosetta", "extra-platforms");
  facts.guest->settings["extra-platforms"] = "x86_64-linux";
  check_only(facts, "A4", warning, "/mnt/lima-rosetta", "extra-sandbox-paths = /mnt/lima-rosetta?");
  facts.guest->settings["sandbox-paths"] = "/bin/sh=/busybox /mnt/lima-rosetta?";
  BOOST_TEST(problems(facts) == "");
}

BOOST_AUTO_TEST_CASE(a5_nix_that_is_emulated) {
  Facts facts = healthy_colima();
  facts.guest->settings["system"] = "x86_64-linux";
  facts.guest->settings["extra-platforms"] = "aarch64-linux";
  facts.guest->emulators = {
      {.name = "qemu-x86_64", .interpreter = "/usr/bin/qemu", .enabled = true, .fixed = true}};
  check_only(facts, "A5", error, "Nix is for x86_64, and Colima nix-builder is aarch64",
             "filter-syscalls = false");
  facts.guest->settings["filter-syscalls"] = "false";
  check_only(facts, "A5", warning, "it is emulated", "own architecture");
}

BOOST_AUTO_TEST_CASE(a6_system_that_is_not_the_machines) {
  Facts facts = healthy();
  facts.guest->settings["extra-platforms"] = "x86_64-linux";
  facts.guest->settings["system"] = "aarch64-linux";
  check_only(facts, "A6", error, "system = aarch64-linux is set", ".#packages.aarch64-linux.NAME");
  facts.guest->settings["system"] = "i686-linux"; // a Nix of 32 bits
  BOOST_TEST(problems(facts) == "");
  facts.guest->settings["system"] = "x86_64-darwin"; // by Rosetta
  facts.guest->machine = "arm64";
  BOOST_TEST(problems(facts) == "");
}

BOOST_AUTO_TEST_CASE(b1_kvm_that_is_not_there) {
  Facts facts = healthy();
  facts.guest->kvm = false;
  BOOST_TEST(problems(facts) == "");
  facts.guest->settings["system-features"] = "benchmark big-parallel kvm";
  check_only(facts, "B1", warning, "/dev/kvm", "system-features");
}

BOOST_AUTO_TEST_CASE(b4_containers_of_an_older_image) {
  Facts facts = healthy();
  facts.containers = {{.name = "one", .image = "me/a:1", .outdated = true},
                      {.name = "two", .image = "me/b:1"}};
  check_only(facts, "B4", warning, "of an older image than me/a:1 is now: one", "anew");
}

BOOST_AUTO_TEST_CASE(b8_tmp_that_is_not_for_everybody) {
  Facts facts = healthy();
  facts.docker = {"docker", "--context", "x"};
  facts.containers = {
      {.name = "good", .ours = true, .tmp = 01777},
      {.name = "foreign", .ours = false},
      {.name = "bad", .running = true, .ours = true, .tmp = 0755},
  };
  check_only(facts, "B8", warning, "in bad", "mkdir -p -m 1777 tmp");
  const auto fix = outcome_of(facts, "B8").fix.value().argv;
  BOOST_TEST(fix[2] == "x");
  BOOST_TEST(fix[6] == "bad");
  facts.guest->tmp_permissions = 0700;
  check_only(facts, "B8", error, "/tmp on this machine has the permissions 700", "chmod 1777 /tmp");
}

BOOST_AUTO_TEST_CASE(d3_store_of_another_image) {
  Facts facts = healthy();
  facts.builder_container =
      BuilderContainer{.name = "docker-nixbuild-default", .volume_image = "a", .image = "a"};
  BOOST_TEST(problems(facts) == "");
  facts.builder_container->image = "b";
  check_only(facts, "D3", warning, "docker-nixbuild-default", "builder rm");
}

BOOST_AUTO_TEST_CASE(v1_editor_without_its_libraries) {
  Facts facts = healthy();
  facts.containers = {{.name = "dev", .tmp = 01777, .devcontainer = true}};
  BOOST_TEST(problems(facts) == "");
  facts.containers.front().libraries = false;
  check_only(facts, "V1", warning, "libstdc++", "nix-ld");
  facts.containers.front().loader = false;
  check_only(facts, "V1", warning, "loader", "nix-ld");
}

BOOST_AUTO_TEST_CASE(v2_dev_container_that_ended) {
  Facts facts = healthy();
  facts.containers = {{.name = "dev", .exit_code = 137, .tmp = 01777, .devcontainer = true}};
  BOOST_TEST(problems(facts) == "");
  facts.containers.front().exit_code = 1;
  check_only(facts, "V2", warning, "dev ended by itself, with status 1", "docker logs dev");
}

BOOST_AUTO_TEST_CASE(builder_that_is_as_it_should_be) {
  Facts facts = with_machine(good_machine);
  facts.client.linux_builder_alias = true;
  facts.client.keys["/etc/nix/builder_ed25519"] = {.exists = true};
  BOOST_TEST(problems(facts) == "");
}

BOOST_AUTO_TEST_CASE(l1_builder_that_is_off) {
  Facts facts = with_machine(good_machine);
  facts.client.linux_builder_alias = true;
  facts.client.listening.clear();
  check_only(facts, "L1", error, "127.0.0.1:31022", "launchctl kickstart");
  facts.builder = "ssh"; // then it is not needed
  check_only(facts, "L1", warning, "127.0.0.1:31022", "launchctl kickstart");
}

BOOST_AUTO_TEST_CASE(l2_key_that_is_not_to_be_read) {
  Facts facts = with_machine(good_machine);
  facts.client.linux_builder_alias = true;
  facts.client.keys["/etc/nix/builder_ed25519"] = {};
  check_only(facts, "L2", error, "is not there", "as root");
  facts.client.keys["/etc/nix/builder_ed25519"] = {.exists = true, .for_others = true};
  check_only(facts, "L2", error, "others may read", "chmod 600");
}

BOOST_AUTO_TEST_CASE(l3_name_that_does_not_resolve) {
  check_only(with_machine(good_machine), "L3", error, "does not resolve", "100-linux-builder.conf");
}

BOOST_AUTO_TEST_CASE(l4_port_that_is_not_understood) {
  Facts facts = with_machine("ssh-ng://builder@localhost:31022 aarch64-linux - 1 1 - - c3No");
  BOOST_TEST(problems(facts) == "");
  facts.client.nix_version = "nix (Nix) 2.28.1";
  check_only(facts, "L4", error, "Nix 2.28.1 does not understand", "2.31");
}

BOOST_AUTO_TEST_CASE(l5_options_in_the_address) {
  check_only(with_machine("ssh-ng://builder@localhost?ssh-options=-p%2031022 aarch64-linux - 1 1 - "
                          "- c3No"),
             "L5", error, "ssh-options", "ssh_config");
}

BOOST_AUTO_TEST_CASE(l6_host_key_that_is_missing) {
  check_only(with_machine("ssh-ng://me@far.example aarch64-linux"), "L6", warning, "no host key",
             "column 8");
}

BOOST_AUTO_TEST_CASE(l7_builders_that_nix_does_not_know) {
  Facts facts = healthy();
  facts.client.machines_file = true;
  check_only(facts, "L7", error, "builders is empty", "@/etc/nix/machines");
  facts.client.determinate = Determinate{};
  check_only(facts, "L7", error, "builders is empty", "determinateNix.buildMachines");
}

BOOST_AUTO_TEST_CASE(l8_two_that_look_after_nix) {
  Facts facts = determinate(not_granted, "");
  BOOST_TEST(problems(facts) == "");
  facts.client.darwin_has_nix = true;
  check_only(facts, "L8", warning, "nix-darwin looks after Nix, too", "nix.enable = false");
  facts.client.determinate.reset();
  BOOST_TEST(problems(facts) == "");
}

BOOST_AUTO_TEST_CASE(l9_builder_whose_disk_is_full) {
  Facts facts = with_machine(good_machine);
  facts.client.linux_builder_alias = true;
  facts.client.linux_builder_disk = Disk{.bytes = 20'000'000'000, .free_bytes = 5'000'000'000};
  BOOST_TEST(problems(facts) == "");
  facts.client.linux_builder_disk->free_bytes = 500'000'000;
  check_only(facts, "L9", warning, "500MB of the 20.0GB", "virtualisation.diskSize");
}

BOOST_AUTO_TEST_CASE(t1_native_builder_that_is_not_granted) {
  constexpr const char* enabled = R"({"builder":{"state":"enabled","memoryBytes":17179869184}})";
  BOOST_TEST(problems(determinate(granted, enabled)) == "");
  check_only(determinate(not_granted, enabled), "T1", error, "not granted",
             "support@determinate.systems");
  BOOST_TEST(problems(determinate(not_granted, "")) == "");
}

BOOST_AUTO_TEST_CASE(t2_logged_out) {
  Facts facts =
      determinate(granted, R"({"builder":{"state":"enabled","memoryBytes":17179869184}})");
  facts.client.determinate->status = "Authentication: logged-out";
  check_only(facts, "T2", error, "logged out", "determinate-nixd login");
}

BOOST_AUTO_TEST_CASE(t3_native_builder_that_is_not_enabled) {
  check_only(determinate(granted, "not JSON"), "T3", error, "not in use", "config.json");
  Facts facts =
      determinate(granted, R"({"builder":{"state":"enabled","memoryBytes":17179869184}})");
  facts.client.nix_settings["external-builders"] = "[]";
  check_only(facts, "T3", error, "not in use", "launchctl kickstart");
}

BOOST_AUTO_TEST_CASE(t4_native_builder_that_is_small) {
  check_only(determinate(granted, R"({"builder":{"state":"enabled"}})"), "T4", warning, "8.59GB",
             "memoryBytes");
}

BOOST_AUTO_TEST_CASE(r1_rosetta_builder_that_is_off) {
  Facts facts = healthy();
  facts.client.rosetta_builder_alias = true;
  facts.client.machines = parse_machine_list("ssh-ng://rosetta-builder aarch64-linux,x86_64-linux");
  check_only(facts, "R1", error, "127.0.0.1:31122", "repeat it");
  facts.client.listening = {31122};
  BOOST_TEST(problems(facts) == "");
}

BOOST_AUTO_TEST_CASE(c1_no_token) {
  Facts facts = healthy();
  facts.environment = with_variable("CACHIX_NAME", "me");
  check_only(facts, "C1", warning, "CACHIX_NAME is me", "cachix authtoken");
  facts.client.cachix_token = true;
  BOOST_TEST(problems(facts) == "");
}

BOOST_AUTO_TEST_CASE(c2_cache_that_is_not_there) {
  Facts facts = healthy();
  facts.guest->caches = {{.url = "https://me.example/x", .status = 404, .words = {}}};
  check_only(facts, "C2", warning, "status 404", "Is its name right?");
}

BOOST_AUTO_TEST_CASE(c2_cache_that_cannot_be_reached) {
  Facts facts = healthy();
  facts.guest->caches = {{.url = "https://a.example", .status = 200, .words = {}},
                         {.url = "https://b.example", .status = 0, .words = "timed out"}};
  BOOST_TEST(outcome_of(facts, "C2").seen == "1 of 2 answer");
  facts.guest->caches.erase(facts.guest->caches.begin());
  for (const Finding& finding : examine(facts, {}))
    BOOST_TEST(finding.id != "C2"); // N10 tells of it
}

BOOST_AUTO_TEST_CASE(c3_caches_that_are_ignored) {
  Facts facts = healthy();
  facts.environment =
      with_variable("NIXBUILD_CACHE_FROM", "https://me:secret@a.example/ cachix:mine");
  BOOST_TEST(problems(facts) == "");
  facts.guest->trusted = false;
  facts.guest->settings["substituters"] = "https://cache.nixos.org/";
  BOOST_TEST(problems(facts) == "N7 warning, C3 error");
  BOOST_TEST(outcome_of(facts, "C3").seen ==
             "https://a.example is asked for, and Nix ignores it: it does not trust me");
  facts.guest->settings["trusted-substituters"] = "https://a.example?priority=10";
  BOOST_TEST(outcome_of(facts, "C3").seen.starts_with("https://mine.cachix.org is asked for"));
  facts.guest->settings["trusted-substituters"] += " https://mine.cachix.org/";
  BOOST_TEST(problems(facts) == "N7 warning");
  facts.environment =
      Environment({{"CACHIX_NAME", "other"}, {"NIXBUILD_CACHE_ALLOW_IGNORED", "1"}});
  facts.client.cachix_token = true;
  BOOST_TEST(problems(facts) == "N7 warning, C3 warning");
}

BOOST_AUTO_TEST_CASE(c4_key_that_is_missing) {
  Facts facts = healthy();
  facts.guest->caches = {{.url = "https://me.cachix.org", .status = 200, .words = {}}};
  check_only(facts, "C4", warning, "no key of me.cachix.org", "trusted-public-keys");
  facts.guest->settings["trusted-public-keys"] = "me.cachix.org-1:AAAA";
  BOOST_TEST(problems(facts) == "");
}

BOOST_AUTO_TEST_CASE(c5_private_cache_without_password) {
  Facts facts = healthy();
  facts.guest->settings["netrc-file"] = "/etc/nix/netrc";
  facts.guest->caches = {{.url = "https://me.example:8443/x", .status = 401, .words = {}}};
  check_only(facts, "C5", warning, "/etc/nix/netrc has none", "machine me.example password");
}

BOOST_AUTO_TEST_CASE(c6_secrets_that_lie_about) {
  Facts facts = healthy_colima();
  facts.guest->cachix_netrc = true;
  check_only(facts, "C6", warning, "~/.netrc on Colima nix-builder", "Remove the line");
  facts.guest->token_in_argv = true;
  check_only(facts, "C6", warning, "in its arguments", "Revoke it");
}

BOOST_AUTO_TEST_SUITE_END()
