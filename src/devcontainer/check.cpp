#include "devcontainer/check.hpp"

#include "devcontainer/merged_configuration.hpp"
#include "devcontainer/metadata_label.hpp"
#include "devcontainer/workspace_containers.hpp"
#include "oci/reference.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace nixbuild::devcontainer {

namespace json = boost::json;

namespace {

using Weight = Finding::Weight;

constexpr std::string_view build_command = "nixbuild devcontainer build";

// A place of the container that something is mounted at, and what.
struct PlacedMount {
  std::string type; // "bind", "volume", "tmpfs"
  std::string target;
  std::string where; // who says so
};

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(std::string_view(value->get_string()))
                                                : std::string();
}

// "type=bind,source=/a,target=/b", as docker run --mount takes it.
std::string field_of(std::string_view mount, std::initializer_list<std::string_view> names) {
  while (!mount.empty()) {
    const std::size_t end = std::min(mount.find(','), mount.size());
    const std::string_view field = mount.substr(0, end);
    mount.remove_prefix(std::min(end + 1, mount.size()));
    const std::size_t equals = field.find('=');
    if (equals != std::string_view::npos &&
        std::ranges::find(names, field.substr(0, equals)) != names.end())
      return std::string(field.substr(equals + 1));
  }
  return {};
}

PlacedMount mount_of(const json::value& value, const std::string& where) {
  if (value.is_object()) {
    const json::object& object = value.get_object();
    return {.type = text_of(object, "type"), .target = text_of(object, "target"), .where = where};
  }
  const std::string text = value.is_string() ? std::string(value.get_string()) : std::string();
  return {.type = field_of(text, {"type"}),
          .target = field_of(text, {"target", "destination", "dst"}),
          .where = where};
}

bool is_below(const std::string& path, std::string_view folder) {
  return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

// Whether a line of Nix begins to set `attribute`.
bool sets(std::string_view nix, std::string_view attribute) {
  while (!nix.empty()) {
    std::string_view line = nix.substr(0, nix.find('\n'));
    nix.remove_prefix(std::min(line.size() + 1, nix.size()));
    line = line.substr(0, line.find('#'));
    const std::size_t at = line.find(attribute);
    if (at == std::string_view::npos) continue;
    const std::string_view behind = line.substr(at + attribute.size());
    const std::size_t equals = behind.find_first_not_of(" \t");
    if (equals != std::string_view::npos && behind[equals] == '=') return true;
  }
  return false;
}

int major_version(const std::string& text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Walks over all traps and writes down those that are there.
class Checking {
public:
  explicit Checking(const Seen& seen)
      : seen_(seen)
      , configuration_(*seen.configuration.content)
      , merged_(seen) {
    if (seen.compose) service_ = seen.compose->find(seen.configuration.service);
  }

  std::vector<Finding> all() {
    check_configuration();
    check_name();
    check_mounts();
    check_engine();
    check_image();
    check_user();
    check_compose();
    check_untagged();
    check_nix_files();
    check_surroundings();
    findings_.insert(findings_.end(), warnings_.begin(), warnings_.end());
    return std::move(findings_);
  }

private:
  void found(std::string_view id, Weight weight, std::string seen, std::string remedy) {
    auto& list = weight == Weight::problem ? findings_ : warnings_;
    list.push_back(
        {.id = id, .weight = weight, .seen = std::move(seen), .remedy = std::move(remedy)});
  }

  [[nodiscard]] bool is_compose() const { return seen_.configuration.is_compose(); }
  [[nodiscard]] bool image_boots() const { return seen_.image && boots(*seen_.image); }
  [[nodiscard]] bool is_podman() const {
    return seen_.engine && seen_.engine->product == "Podman Engine";
  }
  [[nodiscard]] bool has_features() const {
    const json::value* features = configuration_.if_contains("features");
    return features != nullptr && features->is_object() && !features->get_object().empty();
  }

  void check_configuration() {
    const json::value* command = configuration_.if_contains("initializeCommand");
    if (command == nullptr || !json::serialize(*command).contains(build_command)) {
      found("initialize-command", Weight::problem, "initializeCommand does not build the image",
            "set \"initializeCommand\": \"docker nixbuild devcontainer build\"; no label and no "
            "feature can do that");
    }
    if (seen_.configuration.has_dockerfile) {
      found(
          "dockerfile", Weight::problem, "the image is built by a Dockerfile",
          "set \"image\" in place of \"build\": \"Rebuild Without Cache\" pulls what a Dockerfile "
          "begins with, and a local name cannot be pulled");
    }
    if (const Part* part = merged_.who_turns_on("init"))
      found_init(format("\"init\": true in {}", part->name));
    if (merged_.any_holds("runArgs", "--init")) found_init("--init in runArgs");
    check_features();
    check_hooks();
  }

  void found_init(std::string seen) {
    found("init", Weight::problem, std::move(seen),
          "remove it: process 1 is then tini and not systemd, and no other setting turns it off "
          "again; features such as docker-in-docker do that too");
  }

  void check_features() {
    const json::value* features = configuration_.if_contains("features");
    if (features == nullptr || !features->is_object()) return;
    for (const auto& [id, options] : features->get_object()) {
      const std::string_view name(id);
      if (name.contains("/features/nix")) {
        found("nix-mount", Weight::problem, format("the feature {} mounts a volume on /nix", name),
              "remove it: the volume hides the store of each newer image");
      }
      if (name.contains("docker-outside-of-docker")) {
        found(
            "run-mount", Weight::warning,
            format("the feature {} binds a socket below /var/run", name),
            "a system that boots mounts its own /run over it; bind the socket to /mnt/docker.sock "
            "and set DOCKER_HOST");
      }
      if (name.contains("docker-in-docker")) found_init(format("the feature {}", name));
      check_feature_options(name, options);
    }
    if (!seen_.builder_driver.empty() && seen_.builder_driver != "docker") {
      found("buildx-driver", Weight::problem,
            format("features are installed by docker buildx with the driver {}",
                   seen_.builder_driver),
            "run docker buildx use default: other drivers do not see local images");
    }
  }

  void check_feature_options(std::string_view id, const json::value& options) {
    if (!options.is_object()) return;
    for (const auto& [name, value] : options.get_object()) {
      if (!value.is_string() ||
          std::string_view(value.get_string()).find_first_of("\"$`\\") == std::string_view::npos)
        continue;
      found("feature-option", Weight::warning,
            format("the option {} of the feature {} has a quote, $, ` or \\",
                   std::string_view(name), id),
            "leave them out: a shell reads the value without an escape");
    }
  }

  void check_hooks() {
    for (const Part& part : merged_.parts()) {
      for (const char* hook :
           {"onCreateCommand", "updateContentCommand", "postCreateCommand", "postStartCommand"}) {
        const json::value* command = part.content->if_contains(hook);
        if (command == nullptr) continue;
        const std::string text = json::serialize(*command);
        if (text.contains("is-system-running") && text.contains("--wait")) {
          found("bare-wait", Weight::warning, format("{} of {} waits for systemd", hook, part.name),
                "leave it out: systemctl fails at once before there is systemd, and the image's "
                "label "
                "waits already");
        }
      }
    }
  }

  void check_name() {
    if (seen_.image_name.empty()) {
      if (!seen_.configuration.has_dockerfile) {
        found("no-image", Weight::problem, "there is no image to give to what Nix builds",
              "set \"image\": \"localhost/my-project:dev\"");
      }
      return;
    }
    const auto name = oci::Reference::parse(seen_.image_name);
    if (!name) {
      found("no-image", Weight::problem,
            format("\"{}\" is no image name: {}", seen_.image_name, name.error()),
            "set \"image\": \"localhost/my-project:dev\"");
    } else if (name->domain() == "docker.io") {
      found("pullable-name", Weight::warning,
            format("{} is a name of Docker Hub", name->familiar()),
            "call it localhost/…: when it is missing, tools pull what somebody else may have put "
            "there");
    }
  }

  [[nodiscard]] std::vector<PlacedMount> all_mounts() const {
    std::vector<PlacedMount> all;
    for (const Part& part : merged_.parts()) {
      const json::value* mounts = part.content->if_contains("mounts");
      if (mounts != nullptr && mounts->is_array())
        for (const json::value& one : mounts->get_array())
          all.push_back(mount_of(one, part.name));
    }
    if (const json::value* mount = configuration_.if_contains("workspaceMount"))
      all.push_back(mount_of(*mount, "workspaceMount"));
    if (service_ != nullptr) add_service_mounts(all);
    return all;
  }

  void add_service_mounts(std::vector<PlacedMount>& all) const {
    const json::value* volumes = service_->content->if_contains("volumes");
    if (volumes == nullptr || !volumes->is_array()) return;
    for (const json::value& one : volumes->get_array())
      all.push_back(mount_of(one, format("the service {}", service_->name)));
  }

  void check_mounts() {
    for (const PlacedMount& mount : all_mounts()) {
      if (is_below(mount.target, "/nix")) {
        found("nix-mount", Weight::problem,
              format("{} mounts something on {}", mount.where, mount.target),
              "remove it: it hides the store of each newer image");
      }
      const bool of_service = mount.where.starts_with("the service");
      if (mount.type == "tmpfs" && !of_service) {
        found("tmpfs-mount", is_compose() ? Weight::problem : Weight::warning,
              format("{} mounts a tmpfs on {}", mount.where, mount.target),
              is_compose()
                  ? "write it as tmpfs: into the Compose file: from here it becomes a volume"
                  : "write it into runArgs as --tmpfs: with Compose it becomes a volume");
      }
      const bool below_run = is_below(mount.target, "/run") || is_below(mount.target, "/var/run");
      if (below_run && mount.type != "tmpfs") {
        found("run-mount", Weight::warning,
              format("{} mounts something on {}", mount.where, mount.target),
              "move it, to /mnt for example: a system that boots mounts its own /run over it");
      }
    }
  }

  void check_engine() {
    if (!seen_.engine) return;
    if (image_boots() && seen_.engine->cgroup_version == "1") {
      found("cgroup-v1", Weight::warning, "the engine's machine has control groups of version 1",
            "boot it with systemd.unified_cgroup_hierarchy=1: systemd 256 and newer takes nothing "
            "else");
    }
    if (is_podman() && image_boots() && !merged_.any_holds("runArgs", "--systemd=always")) {
      found("podman-systemd", is_compose() ? Weight::warning : Weight::problem,
            "Podman does not see that systemd is started",
            "set \"runArgs\": [\"--systemd=always\"]; Compose files have no such setting, use "
            "privileged: true there");
    }
    const bool wants_cgroups = merged_.any_holds("securityOpt", "writable-cgroups");
    if (!wants_cgroups) return;
    if (is_podman() || seen_.engine->rootless || major_version(seen_.engine->version) < 28) {
      found("writable-cgroups", Weight::problem,
            format("{} {}{} does not know writable-cgroups", seen_.engine->product,
                   seen_.engine->version, seen_.engine->rootless ? ", rootless," : ""),
            "it takes Docker 28 with root; \"profile\": \"privileged\" in customizations.nixbuild "
            "works elsewhere");
    }
  }

  void check_image() {
    if (!seen_.image) {
      if (seen_.engine && !seen_.image_name.empty()) {
        found("not-built", Weight::warning, format("the engine has no image {}", seen_.image_name),
              "run docker nixbuild devcontainer build");
      }
      return;
    }
    if (!merged_.label_problem().empty()) {
      found("label", Weight::problem,
            format("the label devcontainer.metadata {}", merged_.label_problem()),
            "make it a JSON array of objects: not all tools take anything else");
    } else if (!merged_.has_label() && image_boots()) {
      found("label", Weight::warning, "the image has no label devcontainer.metadata",
            "build it by docker nixbuild devcontainer build, which adds it");
    }
    const std::string& architecture = seen_.image->architecture;
    if (seen_.engine && !architecture.empty() &&
        architecture != seen_.engine->platform.architecture) {
      found("platform", Weight::problem,
            format("the image is for {}, and the engine runs {}", architecture,
                   seen_.engine->platform.str()),
            "leave \"platform\" out of customizations.nixbuild");
    }
    check_image_files();
    if (image_boots()) check_booting();
    for (const engine::ListedContainer& container : seen_.containers) {
      if (is_of_another_image(container, seen_.image->id, seen_.image->labels)) {
        found("older-container", Weight::warning,
              format("the container {} has an older image", container.name),
              "run \"Dev Containers: Rebuild Container\": reopening keeps the container");
      }
    }
  }

  void check_image_files() {
    if (!seen_.image_files) return;
    if (!seen_.image_files->shell) {
      found("no-shell", Weight::problem, "the image has no /bin/sh",
            "add one (dockerTools.binSh): tools start each container with it, before anything that "
            "an activation makes is there");
    }
    if (!seen_.image_files->loader) {
      found("no-loader", Weight::warning,
            "the image has no loader for programs of other distributions",
            "enable programs.nix-ld, or link glibc's loader there: the server of VS Code is such a "
            "program");
    } else if (!seen_.image_files->libstdcxx) {
      found("no-libstdc++", Weight::warning,
            "the image has no libstdc++.so.6 where programs of other distributions find it",
            "enable programs.nix-ld, or set NIX_LD_LIBRARY_PATH to a folder with it: the server of "
            "VS Code needs it before the boot has finished");
    }
  }

  void check_booting() {
    const json::value* override = merged_.last("overrideCommand");
    const bool overridden = override == nullptr ? !is_compose() : *override != json::value(false);
    if (overridden) {
      found("override-command", Weight::problem, "the image's own command does not run",
            "set \"overrideCommand\": false: otherwise process 1 is a shell and not systemd");
    }
    if (seen_.image->stop_signal != "SIGRTMIN+3" && service_text("stop_signal") != "SIGRTMIN+3" &&
        !merged_.any_holds("runArgs", "--stop-signal")) {
      found(
          "stop-signal", Weight::warning, "nothing says how systemd is stopped",
          "build the image by docker nixbuild devcontainer build, or set stop_signal: SIGRTMIN+3: "
          "otherwise each stop takes ten seconds and kills it");
    }
    const bool may_write_cgroups = merged_.who_turns_on("privileged") != nullptr ||
                                   merged_.any_holds("securityOpt", "writable-cgroups") ||
                                   merged_.any_holds("runArgs", "--privileged") ||
                                   merged_.any_holds("runArgs", "/sys/fs/cgroup") ||
                                   service_allows_cgroups();
    if (!may_write_cgroups && !is_podman()) {
      found("privileges", Weight::problem, "systemd may not write its control groups",
            "set \"privileged\": true, or with Docker 28 \"securityOpt\": "
            "[\"writable-cgroups=true\"]");
    }
  }

  [[nodiscard]] std::string service_text(std::string_view key) const {
    return service_ == nullptr ? std::string() : text_of(*service_->content, key);
  }

  [[nodiscard]] bool service_allows_cgroups() const {
    if (service_ == nullptr) return false;
    const json::value* privileged = service_->content->if_contains("privileged");
    if (privileged != nullptr && privileged->is_bool() && privileged->get_bool()) return true;
    const std::string text = json::serialize(*service_->content);
    return text.contains("writable-cgroups") || text.contains("/sys/fs/cgroup");
  }

  void check_user() {
    const json::value* said = merged_.last("remoteUser");
    const std::string user = said != nullptr && said->is_string() ? std::string(said->get_string())
                                                                  : seen_.configuration.remote_user;
    if (user.empty() || user == "root") return;
    if (seen_.image_files && !("\n" + seen_.image_files->passwd).contains("\n" + user + ":")) {
      found("unknown-user", Weight::problem,
            format("the image has no user {} in /etc/passwd", user),
            "tools enter the container before an activation has made users: build the image by "
            "docker nixbuild devcontainer build, which adds it");
    }
    const json::value* update = merged_.last("updateRemoteUserUID");
    if (seen_.host_is_linux && (update == nullptr || *update != json::value(false))) {
      found("uid-image", Weight::warning,
            "updateRemoteUserUID is on, so an image is built at each start",
            "set it to false, as the label does that docker nixbuild devcontainer build adds");
    }
  }

  void check_compose() {
    if (service_ == nullptr) return;
    const std::string name = format("the service {}", service_->name);
    if (service_text("pull_policy") != "never") {
      found("pull-policy", Weight::warning, format("{} may be pulled", name),
            "set pull_policy: never, since nobody has the image but this engine");
    }
    if (service_->content->contains("build"))
      found("dockerfile", Weight::problem, format("{} is built by a Dockerfile", name),
            "remove build: and let image: be what Nix builds");
    if (const json::value* init = service_->content->if_contains("init");
        init != nullptr && *init == json::value(true))
      found_init(format("init: true in {}", name));
    if (service_->content->contains("profiles")) {
      found("profile", Weight::warning, format("{} is behind a profile", name),
            "remove profiles: from it: tools do not start such a service");
    }
    if (service_text("cgroup") == "host") {
      found("cgroup-host", Weight::warning, format("{} has the control groups of the host", name),
            "set cgroup: private: systemd would write among those of the host");
    }
    for (const ComposeService& other : seen_.compose->services) {
      const json::value* provider = other.content->if_contains("provider");
      if (provider == nullptr) continue;
      found("provider", Weight::warning,
            format("the provider {} runs after images were looked at", other.name),
            "run docker nixbuild devcontainer build, which builds its image too, before each "
            "docker compose up by hand: containers that are there otherwise keep the image before");
    }
  }

  void check_untagged() {
    constexpr std::size_t many = 5;
    if (seen_.untagged.images < many) return;
    found("untagged-images", Weight::warning,
          format("the engine keeps {} images that newer ones took the name of, up to {}",
                 seen_.untagged.images, format_bytes(seen_.untagged.bytes)),
          format("run docker image prune --filter label={}; \"rm-replaced\": true in "
                 "customizations.nixbuild removes each as it is replaced",
                 version_label));
  }

  void check_nix_files() {
    for (const NixFile& file : seen_.nix_files) {
      if (!sets(file.text, "runAsRoot")) continue;
      found("run-as-root", Weight::warning, format("{} uses runAsRoot", file.name),
            "use fakeRootCommands or extraCommands: runAsRoot starts a virtual machine for the "
            "build, which takes KVM where Nix runs, and CI and macOS have none");
      break;
    }
  }

  void check_surroundings() {
    if (seen_.codespace_without_nix) {
      found("codespace", Weight::warning, "this is a codespace, and it has no Nix",
            "run docker nixbuild builder create --use: it runs Nix in a container");
    }
    if (!seen_.untracked.empty()) {
      found("untracked", Weight::problem,
            format("git does not know {}{}", seen_.untracked.front(),
                   seen_.untracked.size() > 1 ? format(" and {} more", seen_.untracked.size() - 1)
                                              : std::string()),
            "run git add: a flake does not see files that git does not know");
    }
    for (const std::string& workflow : seen_.workflows) {
      if (!workflow.contains("devcontainers/ci") || workflow.contains(build_command)) continue;
      found("ci", Weight::warning, "a workflow uses devcontainers/ci",
            "add a step docker nixbuild devcontainer build before it: devcontainer build does not "
            "run initializeCommand");
      break;
    }
    if (has_features() && seen_.image && image_boots()) {
      found("features", Weight::warning, "features are installed on top of the image",
            "most need apt and bash in it; put what they bring into the Nix expression");
    }
  }

  const Seen& seen_;
  const json::object& configuration_;
  MergedConfiguration merged_;
  const ComposeService* service_ = nullptr;
  std::vector<Finding> findings_;
  std::vector<Finding> warnings_; // to stand behind them
};

} // namespace

std::vector<Finding> check(const Seen& seen) {
  return Checking(seen).all();
}

bool boots(const engine::ImageDetails& image) {
  const std::vector<std::string>& words = image.entrypoint.empty() ? image.cmd : image.entrypoint;
  if (words.empty()) return false;
  const std::string program = words.front().substr(words.front().rfind('/') + 1);
  return program == "init" || program == "systemd";
}

} // namespace nixbuild::devcontainer
