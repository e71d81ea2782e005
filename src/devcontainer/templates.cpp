#include "devcontainer/templates.hpp"

#include "devcontainer/flake_templates.hpp"
#include "image/closure_options.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

namespace nixbuild::devcontainer {

namespace json = boost::json;

namespace {

std::string quoted(std::string_view text) {
  return json::serialize(json::string(text));
}

// A JSON object with a line for each member.
class Lines {
public:
  void comment(std::string_view text) { text_ += format("  // {}\n", text); }
  void member(std::string_view key, std::string_view value) {
    text_ += format("  {}: {},\n", quoted(key), value);
  }
  void text(std::string_view key, std::string_view value) { member(key, quoted(value)); }
  [[nodiscard]] std::string object() const { return format("{{\n{}}}\n", text_); }

private:
  std::string text_;
};

std::string_view name_of(Profile profile) {
  switch (profile) {
  case Profile::writable_cgroups:
    return "writable-cgroups";
  case Profile::none:
    return "none";
  case Profile::privileged:
    break;
  }
  return "privileged";
}

std::string folder_in_container(const NewDevContainer& container) {
  return format("/workspaces/{}", image::repository_component(container.name));
}

std::string customizations(const NewDevContainer& container) {
  std::string own = format("\"installable\": {}", quoted(container.installable));
  if (container.profile != Profile::privileged)
    own += format(", \"profile\": {}", quoted(name_of(container.profile)));
  return format("{{ \"nixbuild\": {{ {} }} }}", own);
}

// What a label cannot say.
std::string run_args(const NewDevContainer& container) {
  if (container.podman) return R"(["--systemd=always"])";
  if (container.boots && container.profile == Profile::writable_cgroups) {
    return R"(["--cgroupns=private", "--tmpfs", "/run:rw,exec,mode=755", "--tmpfs", "/run/lock", )"
           R"("--tmpfs", "/run/wrappers:rw,exec,suid,mode=755"])";
  }
  return {};
}

std::string configuration_text(const NewDevContainer& container) {
  Lines lines;
  lines.text("name", container.name);
  if (container.compose) {
    lines.text("dockerComposeFile", "compose.yaml");
    lines.text("service", "dev");
    lines.text("workspaceFolder", folder_in_container(container));
  } else {
    lines.comment("A name that no registry has: what Nix builds gets it.");
    lines.text("image", local_image_name(container.name));
  }
  lines.comment(
      "Builds the image before the container is made; Rebuild Container makes a new one.");
  lines.text("initializeCommand", "docker nixbuild devcontainer build");
  if (container.boots) {
    lines.comment("Process 1 is systemd.");
    lines.member("overrideCommand", "false");
  }
  if (const std::string arguments = run_args(container); !container.compose && !arguments.empty())
    lines.member("runArgs", arguments);
  if (!container.remote_user.empty()) lines.text("remoteUser", container.remote_user);
  lines.member("customizations", customizations(container));
  return lines.object();
}

std::string compose_text(const NewDevContainer& container) {
  std::string text = format("services:\n"
                            "  dev:\n"
                            "    image: {}\n"
                            "    # Nobody has it but this engine.\n"
                            "    pull_policy: never\n",
                            local_image_name(container.name));
  if (container.boots) {
    text += container.profile == Profile::writable_cgroups
                ? "    security_opt: [\"writable-cgroups=true\"]\n"
                : "    privileged: true\n";
    text += "    cgroup: private\n"
            "    stop_signal: SIGRTMIN+3\n"
            "    tmpfs: [\"/run:exec,mode=755\", \"/run/lock\"]\n";
  } else {
    text += "    command: sleep infinity\n";
  }
  text += format("    volumes:\n"
                 "      - ..:{}\n"
                 "  # Another service whose image Nix builds, by the same command:\n"
                 "  # db:\n"
                 "  #   image: {}\n"
                 "  #   pull_policy: never\n"
                 "# x-nixbuild:\n"
                 "#   db: \".#db\"\n",
                 folder_in_container(container), local_image_name(container.name + "-db"));
  return text;
}

} // namespace

std::string local_image_name(std::string_view project) {
  return format("localhost/{}:dev", image::repository_component(project));
}

std::vector<NewFile> new_files(const NewDevContainer& container) {
  std::vector<NewFile> files{
      {.path = ".devcontainer/devcontainer.json", .content = configuration_text(container)}};
  if (container.compose)
    files.push_back({.path = ".devcontainer/compose.yaml", .content = compose_text(container)});
  if (container.flake == FlakeTemplate::nixos) {
    files.push_back({.path = "flake.nix", .content = std::string(nixos_flake)});
    files.push_back({.path = ".devcontainer/configuration.nix",
                     .content = nixos_configuration(container.remote_user)});
  }
  if (container.flake == FlakeTemplate::image)
    files.push_back({.path = "flake.nix", .content = std::string(image_flake)});
  return files;
}

} // namespace nixbuild::devcontainer
