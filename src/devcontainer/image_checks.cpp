#include "devcontainer/checks.hpp"
#include "devcontainer/workspace_containers.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <charconv>

namespace nixbuild::devcontainer {

namespace json = boost::json;

namespace {

int major_version(const std::string& text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void check_image_files(const Checked& at, Findings& findings) {
  if (!at.seen.image_files) return;
  if (!at.seen.image_files->shell) {
    findings.add(
        "no-shell", Weight::problem, "the image has no /bin/sh",
        "add one (dockerTools.binSh): tools start each container with it, before anything that "
        "an activation makes is there");
  }
  if (!at.seen.image_files->loader) {
    findings.add(
        "no-loader", Weight::warning, "the image has no loader for programs of other distributions",
        "enable programs.nix-ld, or link glibc's loader there: the server of VS Code is such a "
        "program");
  } else if (!at.seen.image_files->libstdcxx) {
    findings.add(
        "no-libstdc++", Weight::warning,
        "the image has no libstdc++.so.6 where programs of other distributions find it",
        "enable programs.nix-ld, or set NIX_LD_LIBRARY_PATH to a folder with it: the server of "
        "VS Code needs it before the boot has finished");
  }
}

bool service_allows_cgroups(const Checked& at) {
  if (at.service == nullptr) return false;
  const json::value* privileged = at.service->content->if_contains("privileged");
  if (privileged != nullptr && privileged->is_bool() && privileged->get_bool()) return true;
  const std::string text = json::serialize(*at.service->content);
  return text.contains("writable-cgroups") || text.contains("/sys/fs/cgroup");
}

void check_booting(const Checked& at, Findings& findings) {
  const json::value* override = at.merged.last("overrideCommand");
  const bool overridden = override == nullptr ? !at.is_compose() : *override != json::value(false);
  if (overridden) {
    findings.add("override-command", Weight::problem, "the image's own command does not run",
                 "set \"overrideCommand\": false: otherwise process 1 is a shell and not systemd");
  }
  if (at.seen.image->stop_signal != "SIGRTMIN+3" &&
      at.service_text("stop_signal") != "SIGRTMIN+3" &&
      !at.merged.any_holds("runArgs", "--stop-signal")) {
    findings.add(
        "stop-signal", Weight::warning, "nothing says how systemd is stopped",
        "build the image by docker nixbuild devcontainer build, or set stop_signal: SIGRTMIN+3: "
        "otherwise each stop takes ten seconds and kills it");
  }
  const bool may_write_cgroups = at.merged.who_turns_on("privileged") != nullptr ||
                                 at.merged.any_holds("securityOpt", "writable-cgroups") ||
                                 at.merged.any_holds("runArgs", "--privileged") ||
                                 at.merged.any_holds("runArgs", "/sys/fs/cgroup") ||
                                 service_allows_cgroups(at);
  if (!may_write_cgroups && !at.is_podman()) {
    findings.add("privileges", Weight::problem, "systemd may not write its control groups",
                 "set \"privileged\": true, or with Docker 28 \"securityOpt\": "
                 "[\"writable-cgroups=true\"]");
  }
}

} // namespace

void check_engine(const Checked& at, Findings& findings) {
  if (!at.seen.engine) return;
  if (at.image_boots() && at.seen.engine->cgroup_version == "1") {
    findings.add(
        "cgroup-v1", Weight::warning, "the engine's machine has control groups of version 1",
        "boot it with systemd.unified_cgroup_hierarchy=1: systemd 256 and newer takes nothing "
        "else");
  }
  if (at.is_podman() && at.image_boots() && !at.merged.any_holds("runArgs", "--systemd=always")) {
    findings.add("podman-systemd", at.is_compose() ? Weight::warning : Weight::problem,
                 "Podman does not see that systemd is started",
                 "set \"runArgs\": [\"--systemd=always\"]; Compose files have no such setting, use "
                 "privileged: true there");
  }
  const bool wants_cgroups = at.merged.any_holds("securityOpt", "writable-cgroups");
  if (!wants_cgroups) return;
  if (at.is_podman() || at.seen.engine->rootless || major_version(at.seen.engine->version) < 28) {
    findings.add(
        "writable-cgroups", Weight::problem,
        format("{} {}{} does not know writable-cgroups", at.seen.engine->product,
               at.seen.engine->version, at.seen.engine->rootless ? ", rootless," : ""),
        "it takes Docker 28 with root; \"profile\": \"privileged\" in customizations.nixbuild "
        "works elsewhere");
  }
}

void check_image(const Checked& at, Findings& findings) {
  if (!at.seen.image) {
    if (at.seen.engine && !at.seen.image_name.empty()) {
      findings.add("not-built", Weight::warning,
                   format("the engine has no image {}", at.seen.image_name),
                   "run docker nixbuild devcontainer build");
    }
    return;
  }
  if (!at.merged.label_problem().empty()) {
    findings.add("label", Weight::problem,
                 format("the label devcontainer.metadata {}", at.merged.label_problem()),
                 "make it a JSON array of objects: not all tools take anything else");
  } else if (!at.merged.has_label() && at.image_boots()) {
    findings.add("label", Weight::warning, "the image has no label devcontainer.metadata",
                 "build it by docker nixbuild devcontainer build, which adds it");
  }
  const std::string& architecture = at.seen.image->architecture;
  if (at.seen.engine && !architecture.empty() &&
      architecture != at.seen.engine->platform.architecture) {
    findings.add("platform", Weight::problem,
                 format("the image is for {}, and the engine runs {}", architecture,
                        at.seen.engine->platform.str()),
                 "leave \"platform\" out of customizations.nixbuild");
  }
  check_image_files(at, findings);
  if (at.image_boots()) check_booting(at, findings);
  for (const engine::ListedContainer& container : at.seen.containers) {
    if (is_of_another_image(container, at.seen.image->id, at.seen.image->labels)) {
      findings.add("older-container", Weight::warning,
                   format("the container {} has an older image", container.name),
                   "run \"Dev Containers: Rebuild Container\": reopening keeps the container");
    }
  }
}

void check_user(const Checked& at, Findings& findings) {
  const json::value* said = at.merged.last("remoteUser");
  const std::string user = said != nullptr && said->is_string() ? std::string(said->get_string())
                                                                : at.seen.configuration.remote_user;
  if (user.empty() || user == "root") return;
  if (at.seen.image_files && !("\n" + at.seen.image_files->passwd).contains("\n" + user + ":")) {
    findings.add(
        "unknown-user", Weight::problem, format("the image has no user {} in /etc/passwd", user),
        "tools enter the container before an activation has made users: build the image by "
        "docker nixbuild devcontainer build, which adds it");
  }
  const json::value* update = at.merged.last("updateRemoteUserUID");
  if (at.seen.host_is_linux && (update == nullptr || *update != json::value(false))) {
    findings.add("uid-image", Weight::warning,
                 "updateRemoteUserUID is on, so an image is built at each start",
                 "set it to false, as the label does that docker nixbuild devcontainer build adds");
  }
}

} // namespace nixbuild::devcontainer
