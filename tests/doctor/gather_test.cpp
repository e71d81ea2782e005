#include "doctor/facts_of.hpp"
#include "doctor/gather.hpp"
#include "fakes/fake_engine.hpp"
#include "fakes/fake_runner.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

#include <poll.h>

using namespace nixbuild;
using namespace nixbuild::doctor;
using fakes::FakeEngine;
using Reply = FakeEngine::Reply;

namespace fs = std::filesystem;

namespace {

// In which a program may never answer.
class Programs final : public process::Runner {
public:
  fakes::FakeRunner fake;
  std::string hanging; // argv[0]

  process::ExitStatus run(const process::Command& command, const process::LineHandler& on_stdout,
                          const process::LineHandler& on_stderr,
                          const CancelToken& cancel) override {
    if (command.argv.front() == hanging) {
      pollfd raised{cancel.poll_fd(), POLLIN, 0};
      ::poll(&raised, 1, -1);
      cancel.throw_if_cancelled();
    }
    return fake.run(command, on_stdout, on_stderr, cancel);
  }

  std::unique_ptr<process::Child> start_on_socket(const process::Command& command,
                                                  UniqueFd socket) override {
    return fake.start_on_socket(command, std::move(socket));
  }
};

// {"mode":…} of a folder with 01777 and with 0755.
constexpr const char* stat_of_tmp = "eyJtb2RlIjoyMTQ4NTMyNzM1fQ==";
constexpr const char* stat_of_other = "eyJtb2RlIjoyMTQ3NDg0MTQxfQ==";

class Fixture {
public:
  Programs programs;
  TempDir root;
  TempDir folder;
  FakeEngine fake{fakes::Profile::docker_28()};
  engine::Engine engine{http::unix_connector(fake.socket()), {}};
  ChosenWay way{.builder = "host", .way = {}};
  std::chrono::milliseconds limit{60'000};
  Facts facts;

  Fixture() {
    fake.on("GET", "/containers/json", Reply{.body = "[]"});
    programs.fake.on({"sh", "-c"}, {.out = "machine x86_64\nnix /bin/nix\n"});
  }

  void write(const fs::path& file, const std::string& text) {
    fs::create_directories((root.path() / file).parent_path());
    write_file_atomically(root.path() / file, text);
  }

  // On the PATH of `facts`, so that it is looked for.
  void have_nix(const std::string& settings) {
    write("bin/nix", "");
    fs::permissions(root.path() / "bin/nix", fs::perms::owner_all);
    facts.environment = Environment({{"PATH", (root.path() / "bin").string()}});
    programs.fake.on({"show-config"}, {.out = settings});
    programs.fake.on({"--version"}, {.out = "nix (Nix) 2.30.1\n"});
  }

  void look() {
    gather(facts,
           {.processes = programs,
            .engine = &engine,
            .choose = [&](const CancelToken&) { return way; },
            .root = root.path(),
            .folder = folder.path(),
            .limit = limit},
           {});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(gather_, Fixture)

BOOST_AUTO_TEST_CASE(engine_and_nix_beside_it_are_asked) {
  look();
  BOOST_TEST(facts.engine.value().version == "28.5.2");
  BOOST_TEST(facts.builder == "host");
  BOOST_TEST(facts.peer == "this machine");
  BOOST_TEST(facts.guest.value().nix == "/bin/nix");
  BOOST_TEST(!facts.client.colima.has_value());
  BOOST_TEST(facts.client.limactl_missing);
  BOOST_TEST(!facts.client.determinate.has_value());
  BOOST_TEST(!facts.client.source.has_value());
  BOOST_TEST(facts.silent.empty());
}

BOOST_AUTO_TEST_CASE(who_hangs_is_left_out) {
  limit = std::chrono::milliseconds(200);
  programs.hanging = "colima";
  look();
  BOOST_TEST(facts.silent.size() == 1U);
  BOOST_TEST(facts.silent[Probe::colima] == "colima list did not answer in 0.2 s");
  BOOST_TEST(testing::outcome_of(facts, "K1").seen == "colima list did not answer in 0.2 s");
  BOOST_TEST(facts.guest.has_value());
}

BOOST_AUTO_TEST_CASE(engine_that_hangs_is_left_out) {
  limit = std::chrono::milliseconds(200);
  fake.on("GET", "/version", Reply{.hold = true});
  look();
  BOOST_TEST(facts.silent.size() == 1U);
  BOOST_TEST(facts.silent[Probe::engine] == "the engine did not answer in 0.2 s");
  BOOST_TEST((testing::outcome_of(facts, "X3").severity == Severity::error));
}

#ifdef __linux__
BOOST_AUTO_TEST_CASE(nix_here_is_looked_at_without_an_engine) {
  engine = engine::Engine(http::unix_connector(root.path() / "absent"), {});
  look();
  BOOST_TEST(facts.engine_error.has_value());
  BOOST_TEST(facts.guest.value().nix == "/bin/nix");
}
#endif

BOOST_AUTO_TEST_CASE(user_may_stop_it) {
  const CancelSource user;
  user.raise(CancelLevel::graceful);
  BOOST_CHECK_THROW(gather(facts, {.processes = programs}, user.token()), Error);
}

BOOST_AUTO_TEST_CASE(way_that_fails_is_told) {
  way = {.builder = "ssh",
         .way = builder::Way{.argv = {"ssh", "far"}, .peer = "far.example", .engine_socket = {}}};
  programs.fake.on({"ssh", "far"},
                   fakes::failing("ssh: connect to host far port 22: Connection refused\n", 255));
  look();
  BOOST_TEST(!facts.guest.has_value());
  BOOST_TEST(testing::outcome_of(facts, "N1").seen == "no ssh server answers on far.example");
}

BOOST_AUTO_TEST_CASE(containers_are_looked_into) {
  fake.on("GET", "/containers/json",
          Reply{.body = R"([{"Id":"a","Names":["/old"],"ImageID":"sha256:1","State":"running",)"
                        R"("Labels":{"devcontainer.local_folder":")" +
                        folder.path().string() +
                        R"("}},{"Id":"b","Names":["/new"],"ImageID":"sha256:2","State":"exited"},)"
                        R"({"Id":"c","Labels":{"com.docker-nixbuild.builder":"default"}}])"});
  for (const char* id : {"a", "b"}) {
    const std::string path = std::string("/containers/") + id;
    fake.on("GET", path + "/json", Reply{.body = R"({"Id":"x","Config":{"Image":"me/a:1"}})"});
    fake.on("HEAD", path + "/archive", [id](const fakes::ReceivedRequest& request) {
      if (request.query.contains("ld-linux") || request.query.contains("libstdc"))
        return Reply{.status = *id == 'a' ? 404 : 200};
      const bool is_good = *id == 'b' && request.query.contains("tmp");
      return Reply{
          .headers = {{"X-Docker-Container-Path-Stat", is_good ? stat_of_tmp : stat_of_other}}};
    });
  }
  fake.on("GET", "/images/me/a:1/json", Reply{.body = R"({"Id":"sha256:2"})"});
  look();
  BOOST_REQUIRE_EQUAL(facts.containers.size(), 2U);
  BOOST_TEST(facts.containers[0].outdated);
  BOOST_TEST(facts.containers[0].ours);
  BOOST_TEST(facts.containers[0].devcontainer);
  BOOST_TEST(facts.containers[0].tmp.value() == 0755U);
  BOOST_TEST(!facts.containers[0].libraries);
  BOOST_TEST(!facts.containers[1].outdated);
  BOOST_TEST(!facts.containers[1].devcontainer);
  BOOST_TEST(facts.containers[1].tmp.value() == 01777U);
  BOOST_TEST(testing::outcome_of(facts, "B4").seen.contains("old"));
  BOOST_TEST(testing::outcome_of(facts, "B8").seen.contains("old"));
}

BOOST_AUTO_TEST_CASE(builders_are_read_from_this_machine) {
  have_nix("builders = @/etc/nix/machines\naccess-tokens = github.com=secret\n");
  write("etc/nix/machines", "ssh-ng://builder@linux-builder aarch64-linux /etc/nix/key 1 1\n");
  write("etc/nix/key", "");
  fs::permissions(root.path() / "etc/nix/key", fs::perms::owner_read);
  write("etc/ssh/ssh_config.d/100-linux-builder.conf", "");
  look();
  BOOST_TEST(facts.client.nix_version == "nix (Nix) 2.30.1");
  BOOST_TEST(facts.client.machines_file);
  BOOST_REQUIRE_EQUAL(facts.client.machines.size(), 1U);
  BOOST_TEST(facts.client.linux_builder_alias);
  BOOST_TEST(!facts.client.rosetta_builder_alias);
  BOOST_TEST(facts.client.keys.at("/etc/nix/key").exists);
  BOOST_TEST(!facts.client.keys.at("/etc/nix/key").for_others);
  BOOST_TEST(!facts.client.keys.at("/etc/nix/builder_ed25519").exists);
  BOOST_TEST(!facts.client.nix_settings.contains("access-tokens"));
}

BOOST_AUTO_TEST_CASE(disk_of_the_linux_builder_is_read) {
  std::string image = "QFI\xfb";
  image.resize(24);
  image += std::string("\0\0\0\0\0\x80\0\0", 8); // 8 MiB
  write("var/lib/linux-builder/nixos.qcow2", image);
  write("etc/static/nix/nix.conf", "");
  look();
  BOOST_TEST(facts.client.darwin_has_nix);
  const Disk disk = facts.client.linux_builder_disk.value();
  BOOST_TEST(disk.bytes == std::uint64_t{8} << 20U);
  BOOST_TEST(disk.free_bytes > std::uint64_t{7} << 20U);
  write("var/lib/linux-builder/nixos.qcow2", image + std::string(std::size_t{9} << 20U, 'x'));
  look();
  BOOST_TEST(facts.client.linux_builder_disk.value().free_bytes == 0U);
  write("var/lib/linux-builder/nixos.qcow2", "QFI");
  facts = {};
  look();
  BOOST_TEST(!facts.client.linux_builder_disk.has_value());
}

BOOST_AUTO_TEST_CASE(secrets_of_ours_are_kept_from_the_way) {
  way = {.builder = "ssh",
         .way = builder::Way{.argv = {"ssh", "far"}, .peer = "far.example", .engine_socket = {}}};
  look();
  const auto& calls = programs.fake.started;
  const auto call = std::ranges::find_if(
      calls, [](const process::Command& command) { return command.argv.front() == "ssh"; });
  BOOST_REQUIRE((call != calls.end()));
  BOOST_TEST(call->environment.contains("CACHIX_AUTH_TOKEN"));
  BOOST_TEST(!call->environment.at("CACHIX_AUTH_TOKEN").has_value());
}

BOOST_AUTO_TEST_CASE(work_tree_is_described) {
  using namespace std::string_literals;
  programs.fake.on({"git", "status"}, {.out = "?? new.nix\0 M changed\0R  to\0from\0"s});
  look();
  BOOST_TEST(facts.client.source.value().untracked == std::vector<std::string>{"new.nix"},
             boost::test_tools::per_element());
  BOOST_TEST(facts.client.source->changed == (std::vector<std::string>{"changed", "to"}),
             boost::test_tools::per_element());
  programs.fake.on({"git", "status"},
                   fakes::failing("fatal: detected dubious ownership in repository at '/x'\n"));
  look();
  BOOST_TEST(facts.client.source->refusal.contains("dubious"));
}

BOOST_AUTO_TEST_CASE(tools_of_a_mac_are_asked) {
  programs.fake.on({"colima", "list"}, {.out = R"({"name":"work","status":"Running"})"});
  programs.fake.on({"limactl", "--version"}, {.out = "limactl version 2.2.0\n"});
  programs.fake.on({"determinate-nixd", "version"}, {.out = "native-linux-builder\n"});
  programs.fake.on({"determinate-nixd", "status"}, {.out = "Authentication: logged-out\n"});
  write("etc/determinate/config.json", R"({"builder":{}})");
  look();
  BOOST_TEST(facts.client.colima.value().front().name == "work");
  BOOST_TEST(facts.client.lima_version == "limactl version 2.2.0");
  BOOST_TEST(facts.client.determinate.value().version == "native-linux-builder");
  BOOST_TEST(facts.client.determinate->status == "Authentication: logged-out");
  BOOST_TEST(facts.client.determinate->config == R"({"builder":{}})");
}

BOOST_AUTO_TEST_CASE(token_for_cachix_is_found) {
  facts.environment = Environment({{"XDG_CONFIG_HOME", root.path().string()}});
  write("cachix/cachix.dhall", "{ authToken =\n    \"\"\n, hostname = \"x\" }");
  look();
  BOOST_TEST(!facts.client.cachix_token);
  write("cachix/cachix.dhall", "{ authToken =\n    \"secret\"\n, hostname = \"x\" }");
  look();
  BOOST_TEST(facts.client.cachix_token);
}

BOOST_AUTO_TEST_SUITE_END()
