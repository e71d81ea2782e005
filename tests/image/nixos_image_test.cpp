#include "closures.hpp"
#include "fake_store.hpp"
#include "image/nixos_image.hpp"
#include "layer_files.hpp"
#include "silent_reporter.hpp"
#include "support/error.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace image = nixbuild::image;
namespace json = boost::json;
using nixbuild::tests::closure_of;
using nixbuild::tests::FakeStore;
using nixbuild::tests::files_of;
using nixbuild::tests::PathSpec;

namespace {

const std::string toplevel = "/nix/store/aaa-nixos-system-demo-25.11";
const std::string software = "/nix/store/bbb-system-path";
const std::string etc = "/nix/store/ccc-etc";
const std::string systemd = "/nix/store/ddd-systemd-257";
const std::string bash = "/nix/store/eee-bash-5.2";
const std::string glibc = "/nix/store/fff-glibc-2.40";
const std::string release = "/nix/store/ggg-os-release";
const std::string accounts = "/nix/store/hhh-users-groups.json";
const std::string nix_ld = "/nix/store/iii-nix-ld-2.0";
const std::string commands = "/nix/store/jjj-local-cmds";

struct Fixture {
  FakeStore files;
  nixbuild::TempDir cache_folder;
  image::DigestCache cache{cache_folder.path() / "layers"};
  nixbuild::tests::SilentReporter reporter;
  std::vector<PathSpec> paths{
      {.path = toplevel, .references = {1, 2, 3, 7}},
      {.path = software, .references = {4}},
      {.path = etc, .references = {6}},
      {.path = systemd, .references = {5}},
      {.path = bash, .references = {5}},
      {.path = glibc},
      {.path = release},
      {.path = accounts},
  };

  Fixture() {
    files.program(toplevel + "/init");
    files.file(toplevel + "/nixos-version", "25.11");
    files.link(toplevel + "/etc", etc + "/etc");
    files.link(toplevel + "/sw", software);
    files.link(toplevel + "/systemd", systemd);
    files.program(systemd + "/lib/systemd/systemd");
    files.program(bash + "/bin/bash");
    files.link(bash + "/bin/sh", "bash");
    files.link(software + "/bin/bash", bash + "/bin/bash");
    files.link(software + "/bin/sh", bash + "/bin/sh");
    files.program(software + "/bin/env");
    files.program(glibc + "/lib/ld-linux-x86-64.so.2");
    files.file(release, "ID=nixos\n");
    files.link(etc + "/etc/os-release", release);
    files.file(accounts, R"({"groups": [{"name": "root", "gid": 0}, {"name": "users", "gid": 100}],
      "users": [{"name": "root", "uid": 0, "group": "root", "home": "/root",
                 "shell": "/run/current-system/sw/bin/bash"},
                {"name": "dev", "uid": 1000, "group": "users", "home": "/home/dev",
                 "createHome": true, "initialHashedPassword": "$6$x",
                 "shell": "/run/current-system/sw/bin/zsh"}]})");
  }

  void add(const std::string& path) {
    paths.push_back({.path = path});
    paths[0].references.push_back(paths.size() - 1);
  }
  image::Image make(const image::ClosureImageOptions& options = {},
                    const char* architecture = "amd64") {
    const image::ClosureSource source{
        .closure = closure_of(paths),
        .platform = {.os = "linux", .architecture = architecture, .variant = {}},
        .package = {},
        .main_program = {},
        .store_root = files.root()};
    return image::nixos_image(source, options, image::DigestTrust::remembered, cache, reporter, {});
  }
  auto baked() { return files_of(*make().layers.back().content); }
  json::object run_config(const image::ClosureImageOptions& options = {}) {
    return json::parse(make(options).config).at("config").as_object();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(nixos_image, Fixture)

BOOST_AUTO_TEST_CASE(system_is_known_by_what_is_in_it) {
  BOOST_TEST(image::is_nixos_toplevel(toplevel, files.root()));
  files.program("/nix/store/kkk-old/init");
  files.link("/nix/store/kkk-old/etc", etc + "/etc");
  BOOST_TEST(!image::is_nixos_toplevel("/nix/store/kkk-old", files.root()));
  files.link("/nix/store/kkk-old/systemd", systemd);
  BOOST_TEST(image::is_nixos_toplevel("/nix/store/kkk-old", files.root()));
  files.program("/nix/store/lll-tini/init");
  for (const std::string& other :
       {std::string("/nix/store/lll-tini"), bash, release, std::string("/nix/store/none")})
    BOOST_TEST(!image::is_nixos_toplevel(other, files.root()), other);
}

BOOST_AUTO_TEST_CASE(container_boots) {
  const json::object config = run_config();
  BOOST_TEST(config.at("Entrypoint") == (json::array{"/sbin/init"}));
  BOOST_TEST(!config.contains("Cmd"));
  BOOST_TEST(!config.contains("User"));
  BOOST_TEST(config.at("StopSignal").as_string() == "SIGRTMIN+3");
  BOOST_TEST(config.at("Env") ==
             (json::array{"PATH=/run/wrappers/bin:/run/current-system/sw/bin:" + software + "/bin",
                          "container=docker"}));
  BOOST_TEST(config.at("Labels").at("dev.nixbuild.store-path").as_string() == toplevel);
}

BOOST_AUTO_TEST_CASE(what_must_exist_before_activation_is_baked) {
  const auto files_on_top = baked();
  BOOST_TEST(files_on_top.at("/sbin/init").content == toplevel + "/init");
  BOOST_TEST(files_on_top.at("/init").content == toplevel + "/init");
  BOOST_TEST(files_on_top.at("/bin/sh").content == software + "/bin/sh");
  BOOST_TEST(files_on_top.at("/bin/bash").content == software + "/bin/bash");
  BOOST_TEST(files_on_top.at("/usr/bin/env").content == software + "/bin/env");
  BOOST_TEST(files_on_top.at("/etc/os-release").content == release);
  BOOST_TEST(files_on_top.at("/tmp").mode == 01777U);
  BOOST_TEST(files_on_top.at("/root").mode == 0700U);
  BOOST_TEST(!files_on_top.contains("/etc/machine-id")); // each container makes its own
}

BOOST_AUTO_TEST_CASE(accounts_work_in_the_first_moment) {
  const auto files_on_top = baked();
  // There is no zsh in this system; what is declared is kept.
  BOOST_TEST(files_on_top.at("/etc/passwd").content ==
             "root:x:0:0::/root:" + software +
                 "/bin/bash\ndev:x:1000:100::/home/dev:/run/current-system/sw/bin/zsh\n");
  BOOST_TEST(files_on_top.at("/etc/group").content == "root:x:0:\nusers:x:100:\n");
  BOOST_TEST(files_on_top.at("/etc/shadow").mode == 0640U);
  BOOST_TEST(files_on_top.at("/home/dev").uid == 1000U);
  BOOST_TEST(files_on_top.at("/home/dev").gid == 100U);
}

BOOST_AUTO_TEST_CASE(system_without_known_accounts_has_root) {
  paths.pop_back();
  paths[0].references = {1, 2, 3};
  BOOST_TEST(baked()
                 .at("/etc/passwd")
                 .content.starts_with("root:x:0:0:root:/root:" + software + "/bin/bash\n"));
}

BOOST_AUTO_TEST_CASE(foreign_programs_find_a_loader) {
  BOOST_TEST(baked().at("/lib64/ld-linux-x86-64.so.2").content ==
             glibc + "/lib/ld-linux-x86-64.so.2");
  const auto on_arm = files_of(*make({}, "arm64").layers.back().content);
  BOOST_TEST(!on_arm.contains("/lib/ld-linux-aarch64.so.1"));
}

BOOST_AUTO_TEST_CASE(nix_ld_is_told_where_its_libraries_are) {
  files.program(nix_ld + "/libexec/nix-ld");
  add(nix_ld);
  BOOST_TEST(baked().at("/lib64/ld-linux-x86-64.so.2").content == nix_ld + "/libexec/nix-ld");
  BOOST_TEST(run_config().at("Env").as_array().back().as_string() ==
             "NIX_LD=" + glibc + "/lib/ld-linux-x86-64.so.2");
  files.link(software + "/share/nix-ld/lib/ld.so", glibc + "/lib/ld-linux-x86-64.so.2");
  const json::array env = run_config().at("Env").as_array();
  BOOST_TEST(env.at(2).as_string() == "NIX_LD=" + software + "/share/nix-ld/lib/ld.so");
  BOOST_TEST(env.at(3).as_string() == "NIX_LD_LIBRARY_PATH=" + software + "/share/nix-ld/lib");
}

BOOST_AUTO_TEST_CASE(stage_2_is_started_where_init_is_a_bare_systemd) {
  files.program(toplevel + "/prepare-root");
  BOOST_TEST(baked().at("/sbin/init").content == toplevel + "/prepare-root");
}

BOOST_AUTO_TEST_CASE(registration_is_there_for_systems_that_load_it) {
  BOOST_TEST(!baked().contains("/nix-path-registration"));
  files.file(commands, "if [ -f /nix-path-registration ]; then …");
  add(commands);
  const std::string text = baked().at("/nix-path-registration").content;
  for (const PathSpec& path : paths)
    BOOST_TEST(text.find(path.path + "\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(rebuilt_system_shares_all_but_the_two_top_layers) {
  const image::Image before = make();
  const std::string rebuilt = "/nix/store/zzz-nixos-system-demo-25.11";
  files.program(rebuilt + "/init");
  files.link(rebuilt + "/sw", software);
  paths[0].path = rebuilt;
  const image::Image after = make();
  BOOST_REQUIRE(after.layers.size() == before.layers.size());
  for (std::size_t i = 0; i + 2 < after.layers.size(); ++i)
    BOOST_TEST(after.layers[i].diff_id.str() == before.layers[i].diff_id.str());
}

BOOST_AUTO_TEST_CASE(options_are_heard_but_pid_1_stays_root) {
  const json::object config = run_config({.env = {"A=b"}, .labels = {{"l", "v"}}});
  BOOST_TEST(config.at("Env").as_array().back().as_string() == "A=b");
  BOOST_TEST(config.at("Labels").at("l").as_string() == "v");
  BOOST_TEST(make({.name = "demo:1"}).names.at(0).familiar() == "demo:1");
  BOOST_TEST(make().names.at(0).familiar() == "nixos-system-demo:latest");
  BOOST_CHECK_EXCEPTION(make({.user = "dev"}), nixbuild::Error, [](const auto& error) {
    return error.kind() == nixbuild::ErrorKind::invalid_input && !error.hint().empty();
  });
}

BOOST_AUTO_TEST_SUITE_END()
