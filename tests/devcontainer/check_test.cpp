#include "devcontainer/check.hpp"
#include "devcontainer/metadata_label.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::devcontainer;

namespace {

constexpr const char* sound = R"("initializeCommand": "docker nixbuild devcontainer build",
                                 "image": "localhost/p:dev")";

// A dev container in which all is well, to be spoilt.
struct Scene {
  Configuration configuration;
  Seen seen{.configuration = configuration};

  explicit Scene(const std::string& more = {}, const std::string& base = sound) {
    configuration = parse_configuration("{" + base + (more.empty() ? "" : ",") + more + "}",
                                        "/w/.devcontainer/devcontainer.json",
                                        {.workspace = "/w", .environment = {}});
    seen.image_name = configuration.image;
    seen.engine = engine::Facts{.product = "Docker Engine",
                                .version = "28.5.2",
                                .platform = {"linux", "amd64", ""},
                                .cgroup_version = "2"};
    seen.builder_driver = "docker";
    seen.image = engine::ImageDetails{
        .id = "sha256:1",
        .labels = {{"devcontainer.metadata", metadata_of_booting(Profile::privileged, "dev")}},
        .entrypoint = {"/sbin/init"},
        .stop_signal = "SIGRTMIN+3",
        .architecture = "amd64"};
    seen.image_files = ImageFiles{.shell = true,
                                  .loader = true,
                                  .libstdcxx = true,
                                  .passwd = "root:x:0:0::/:/bin/sh\ndev:x:1:1::/:/bin/sh\n"};
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  void add_service(const std::string& service, const std::string& others = {}) {
    configuration.image.clear();
    configuration.compose_files = {"/w/.devcontainer/compose.yaml"};
    configuration.service = "dev";
    seen.compose =
        parse_compose_project(R"({"name": "p", "services": {"dev": )" + service + others + "}}");
    seen.image_name = seen.compose->find("dev")->image;
  }

  [[nodiscard]] std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    for (const Finding& finding : check(seen)) {
      BOOST_TEST_MESSAGE(finding.id << ": " << finding.seen << ": " << finding.remedy);
      BOOST_TEST(!finding.remedy.empty());
      ids.emplace_back(finding.id);
    }
    return ids;
  }

  // Exactly this trap is found.
  void expect(const std::string& id) const {
    const auto all = ids();
    BOOST_TEST(all == std::vector<std::string>{id}, boost::test_tools::per_element());
  }

  void expect_nothing() const { BOOST_TEST(ids().empty()); }
};

void expect(const std::string& id, const std::string& more) {
  BOOST_TEST_CONTEXT(more) {
    Scene(more).expect(id);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(checks)

BOOST_AUTO_TEST_CASE(nothing_is_wrong_with_what_we_make) {
  Scene().expect_nothing();
  Scene other;
  other.seen.image = engine::ImageDetails{
      .labels = {{"devcontainer.metadata", metadata_of_others("dev")}}, .cmd = {"/bin/sh"}};
  other.expect_nothing();
  Scene unknown; // nothing could be looked at
  unknown.seen.engine.reset();
  unknown.seen.image.reset();
  unknown.seen.image_files.reset();
  unknown.expect_nothing();
}

BOOST_AUTO_TEST_CASE(of_the_configuration) {
  Scene("", R"("image": "localhost/p:dev")").expect("initialize-command");
  Scene("", R"("initializeCommand": {"a": ["docker", "x"]}, "image": "localhost/p:dev")")
      .expect("initialize-command");
  expect("init", R"("init": true)");
  expect("init", R"("runArgs": ["--init"])");
  expect("bare-wait", R"("postCreateCommand": "systemctl is-system-running --wait || true")");
  expect("nix-mount", R"("mounts": ["source=nix,target=/nix,type=volume"])");
  expect("nix-mount", R"("mounts": [{"type": "volume", "target": "/nix/store"}])");
  expect("tmpfs-mount", R"("mounts": ["type=tmpfs,dst=/scratch"])");
  expect("run-mount", R"("mounts": ["type=bind,source=/a,target=/var/run/docker.sock"])");
  expect("uid-image", R"("updateRemoteUserUID": true)");
  expect("override-command", R"("overrideCommand": true)");
  expect("unknown-user", R"("remoteUser": "nobody-else")");
}

BOOST_AUTO_TEST_CASE(of_names) {
  for (const char* name : {"me/project:dev", "project"}) {
    Scene scene("", R"("initializeCommand": "docker nixbuild devcontainer build", "image": ")" +
                        std::string(name) + "\"");
    scene.expect("pullable-name");
  }
  Scene("", R"("initializeCommand": "docker nixbuild devcontainer build", "image": "A B")")
      .expect("no-image");
  Scene none("", R"("initializeCommand": "docker nixbuild devcontainer build")");
  none.seen.image.reset();
  none.expect("no-image");
  Scene dockerfile("", R"("initializeCommand": "docker nixbuild devcontainer build",
                          "build": {"dockerfile": "D"})");
  dockerfile.seen.image.reset();
  dockerfile.expect("dockerfile");
}

BOOST_AUTO_TEST_CASE(of_features) {
  const auto ids_of = [](const std::string& features, const std::string& driver = "docker") {
    Scene scene("\"features\": {" + features + "}");
    scene.seen.builder_driver = driver;
    return scene.ids();
  };
  const auto contains = [](const std::vector<std::string>& ids, const char* id) {
    return std::ranges::find(ids, id) != ids.end();
  };
  BOOST_TEST(contains(ids_of(R"("./x": {})"), "features"));
  BOOST_TEST(!contains(ids_of(R"("./x": {})"), "buildx-driver"));
  BOOST_TEST(contains(ids_of(R"("./x": {})", "docker-container"), "buildx-driver"));
  BOOST_TEST(contains(ids_of(R"("ghcr.io/devcontainers/features/nix:1": {})"), "nix-mount"));
  BOOST_TEST(
      contains(ids_of(R"("ghcr.io/devcontainers/features/docker-in-docker:2": {})"), "init"));
  BOOST_TEST(contains(ids_of(R"("ghcr.io/devcontainers/features/docker-outside-of-docker:1": {})"),
                      "run-mount"));
  BOOST_TEST(contains(ids_of(R"("./x": {"a": "b$c"})"), "feature-option"));
  BOOST_TEST(!contains(ids_of(R"("./x": {"a": "b"})"), "feature-option"));
  Scene local;
  local.seen.local_features = {"{\"init\": true, /* ours */}", "no JSON"};
  local.expect("init");
}

BOOST_AUTO_TEST_CASE(of_the_image) {
  Scene scene;
  scene.seen.image->architecture = "arm64";
  scene.expect("platform");
  scene.seen.image->architecture = "amd64";
  scene.seen.image->stop_signal = "";
  scene.expect("stop-signal");
  scene.seen.image->stop_signal = "SIGRTMIN+3";
  scene.seen.image_files->shell = false;
  scene.expect("no-shell");
  scene.seen.image_files = ImageFiles{.shell = true, .loader = false, .passwd = "dev:x:"};
  scene.expect("no-loader");
  scene.seen.image_files->loader = true;
  scene.expect("no-libstdc++");
  scene.seen.image_files.reset();
  scene.seen.containers = {{.id = "a", .name = "calm", .image_id = "sha256:2"}};
  scene.expect("older-container");
  scene.seen.containers.front().image_id = "sha256:1";
  scene.expect_nothing();
  scene.seen.image.reset();
  scene.expect("not-built");
}

BOOST_AUTO_TEST_CASE(images_that_pile_up) {
  Scene scene;
  scene.seen.untagged = {.images = 4, .bytes = 1};
  scene.expect_nothing();
  scene.seen.untagged = {.images = 5, .bytes = std::uint64_t{3} << 30U};
  scene.expect("untagged-images");
  BOOST_TEST(check(scene.seen).front().remedy.contains("label=dev.nixbuild.version"));
}

BOOST_AUTO_TEST_CASE(builds_in_a_virtual_machine) {
  Scene scene;
  scene.seen.nix_files = {
      {.name = "flake.nix", .text = "{\n  # runAsRoot = is slow\n  x = runAsRoot;\n}"}};
  scene.expect_nothing();
  scene.seen.nix_files.push_back({.name = "image.nix", .text = "{\n  runAsRoot   = ''"});
  scene.expect("run-as-root");
  BOOST_TEST(check(scene.seen).front().seen.contains("image.nix"));
}

BOOST_AUTO_TEST_CASE(of_its_label) {
  for (const char* label : {R"({"overrideCommand": false})", "[", "\"x\""}) {
    Scene scene(R"("overrideCommand": false, "privileged": true)");
    scene.seen.image->labels["devcontainer.metadata"] = label;
    scene.expect("label");
  }
  Scene none(R"("overrideCommand": false, "privileged": true)");
  none.seen.image->labels.clear();
  none.expect("label");
  Scene scene;
  scene.seen.image->labels["devcontainer.metadata"] =
      R"([{"overrideCommand": false, "privileged": true}, {"init": true}])";
  scene.expect("init");
}

BOOST_AUTO_TEST_CASE(of_privileges) {
  const auto with_profile = [](Profile profile, const std::string& version, const char* more = "") {
    auto scene = std::make_unique<Scene>(more);
    scene->seen.engine->version = version;
    scene->seen.image->labels["devcontainer.metadata"] = metadata_of_booting(profile, "");
    return scene;
  };
  with_profile(Profile::none, "28.0.0")->expect("privileges");
  with_profile(Profile::none, "28.0.0", R"("privileged": true)")->expect_nothing();
  with_profile(Profile::none, "28.0.0", R"("runArgs": ["--privileged"])")->expect_nothing();
  with_profile(Profile::writable_cgroups, "28.0.0")->expect_nothing();
  with_profile(Profile::writable_cgroups, "27.5.1")->expect("writable-cgroups");
  const auto rootless = with_profile(Profile::writable_cgroups, "28.0.0");
  rootless->seen.engine->rootless = true;
  rootless->expect("writable-cgroups");
  const auto old_groups = with_profile(Profile::privileged, "28.0.0");
  old_groups->seen.engine->cgroup_version = "1";
  old_groups->expect("cgroup-v1");
}

BOOST_AUTO_TEST_CASE(of_podman) {
  Scene scene;
  scene.seen.engine->product = "Podman Engine";
  scene.seen.image->labels["devcontainer.metadata"] = metadata_of_booting(Profile::none, "");
  scene.expect("podman-systemd");
  Scene sound_one(R"("runArgs": ["--systemd=always"])");
  sound_one.seen.engine->product = "Podman Engine";
  sound_one.seen.image->labels["devcontainer.metadata"] = metadata_of_booting(Profile::none, "");
  sound_one.expect_nothing();
}

BOOST_AUTO_TEST_CASE(of_compose) {
  const std::string good = R"("image": "localhost/p:dev", "pull_policy": "never")";
  const auto expect_service = [&](const std::string& id, const std::string& more,
                                  const std::string& others = {}) {
    BOOST_TEST_CONTEXT(more) {
      Scene scene;
      scene.add_service("{" + good + more + "}", others);
      id.empty() ? scene.expect_nothing() : scene.expect(id);
    }
  };
  expect_service("", "");
  expect_service("", R"(, "tmpfs": ["/run"], "volumes": [{"type": "tmpfs", "target": "/run"}])");
  expect_service("init", R"(, "init": true)");
  expect_service("profile", R"(, "profiles": ["x"])");
  expect_service("cgroup-host", R"(, "cgroup": "host")");
  expect_service("dockerfile", R"(, "build": {"context": "."})");
  expect_service("nix-mount", R"(, "volumes": [{"type": "volume", "target": "/nix"}])");
  expect_service("provider", "", R"(, "db": {"provider": {"type": "nixbuild"}})");
  Scene scene(R"("mounts": [{"type": "tmpfs", "target": "/scratch"}])");
  scene.add_service("{" + good + "}");
  scene.expect("tmpfs-mount");
  BOOST_CHECK(check(scene.seen).front().weight == Finding::Weight::problem);
  Scene pulled;
  pulled.add_service(R"({"image": "localhost/p:dev"})");
  pulled.expect("pull-policy");
}

BOOST_AUTO_TEST_CASE(of_surroundings) {
  Scene scene;
  scene.seen.untracked = {"flake.nix", "a.nix"};
  scene.expect("untracked");
  scene.seen.untracked.clear();
  scene.seen.workflows = {"uses: devcontainers/ci@v0.3"};
  scene.expect("ci");
  scene.seen.workflows.clear();
  scene.seen.codespace_without_nix = true;
  scene.expect("codespace");
  scene.seen.codespace_without_nix = false;
  scene.seen.workflows = {"run: docker nixbuild devcontainer build\nuses: devcontainers/ci@v0.3"};
  scene.expect_nothing();
}

BOOST_AUTO_TEST_CASE(problems_come_first) {
  Scene scene(R"("init": true, "mounts": ["type=tmpfs,dst=/scratch"])");
  const auto ids = scene.ids();
  BOOST_REQUIRE_EQUAL(ids.size(), 2U);
  BOOST_TEST(ids.front() == "init");
}

BOOST_AUTO_TEST_SUITE_END()
