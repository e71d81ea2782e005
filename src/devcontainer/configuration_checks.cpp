#include "devcontainer/checks.hpp"
#include "oci/reference.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <utility>

namespace nixbuild::devcontainer {

namespace json = boost::json;

namespace {

void check_feature_options(std::string_view id, const json::value& options, Findings& findings) {
  if (!options.is_object()) return;
  for (const auto& [name, value] : options.get_object()) {
    if (!value.is_string() ||
        std::string_view(value.get_string()).find_first_of("\"$`\\") == std::string_view::npos)
      continue;
    findings.add("feature-option", Weight::warning,
                 format("the option {} of the feature {} has a quote, $, ` or \\",
                        std::string_view(name), id),
                 "leave them out: a shell reads the value without an escape");
  }
}

void check_features(const Checked& at, Findings& findings) {
  const json::value* features = at.configuration.if_contains("features");
  if (features == nullptr || !features->is_object()) return;
  for (const auto& [id, options] : features->get_object()) {
    const std::string_view name(id);
    if (name.contains("/features/nix")) {
      findings.add("nix-mount", Weight::problem,
                   format("the feature {} mounts a volume on /nix", name),
                   "remove it: the volume hides the store of each newer image");
    }
    if (name.contains("docker-outside-of-docker")) {
      findings.add(
          "run-mount", Weight::warning,
          format("the feature {} binds a socket below /var/run", name),
          "a system that boots mounts its own /run over it; bind the socket to /mnt/docker.sock "
          "and set DOCKER_HOST");
    }
    if (name.contains("docker-in-docker")) add_init(findings, format("the feature {}", name));
    check_feature_options(name, options, findings);
  }
  if (!at.seen.builder_driver.empty() && at.seen.builder_driver != "docker") {
    findings.add("buildx-driver", Weight::problem,
                 format("features are installed by docker buildx with the driver {}",
                        at.seen.builder_driver),
                 "run docker buildx use default: other drivers do not see local images");
  }
}

void check_hooks(const Checked& at, Findings& findings) {
  for (const Part& part : at.merged.parts()) {
    for (const char* hook :
         {"onCreateCommand", "updateContentCommand", "postCreateCommand", "postStartCommand"}) {
      const json::value* command = part.content->if_contains(hook);
      if (command == nullptr) continue;
      const std::string text = json::serialize(*command);
      if (text.contains("is-system-running") && text.contains("--wait")) {
        findings.add(
            "bare-wait", Weight::warning, format("{} of {} waits for systemd", hook, part.name),
            "leave it out: systemctl fails at once before there is systemd, and the image's "
            "label waits already");
      }
    }
  }
}

} // namespace

void add_init(Findings& findings, std::string seen) {
  findings.add(
      "init", Weight::problem, std::move(seen),
      "remove it: process 1 is then tini and not systemd, and no other setting turns it off "
      "again; features such as docker-in-docker do that too");
}

void check_name(const Checked& at, Findings& findings) {
  if (at.seen.image_name.empty()) {
    if (!at.seen.configuration.has_dockerfile) {
      findings.add("no-image", Weight::problem, "there is no image to give to what Nix builds",
                   "set \"image\": \"localhost/my-project:dev\"");
    }
    return;
  }
  const auto name = oci::Reference::parse(at.seen.image_name);
  if (!name) {
    findings.add("no-image", Weight::problem,
                 format("\"{}\" is no image name: {}", at.seen.image_name, name.error()),
                 "set \"image\": \"localhost/my-project:dev\"");
  } else if (name->domain() == "docker.io") {
    findings.add(
        "pullable-name", Weight::warning, format("{} is a name of Docker Hub", name->familiar()),
        "call it localhost/…: when it is missing, tools pull what somebody else may have put "
        "there");
  }
}

void check_configuration(const Checked& at, Findings& findings) {
  const json::value* command = at.configuration.if_contains("initializeCommand");
  if (command == nullptr || !json::serialize(*command).contains(build_command)) {
    findings.add(
        "initialize-command", Weight::problem, "initializeCommand does not build the image",
        "set \"initializeCommand\": \"docker nixbuild devcontainer build\"; no label and no "
        "feature can do that");
  }
  if (at.seen.configuration.has_dockerfile) {
    findings.add(
        "dockerfile", Weight::problem, "the image is built by a Dockerfile",
        "set \"image\" in place of \"build\": \"Rebuild Without Cache\" pulls what a Dockerfile "
        "begins with, and a local name cannot be pulled");
  }
  if (const Part* part = at.merged.who_turns_on("init"))
    add_init(findings, format("\"init\": true in {}", part->name));
  if (at.merged.any_holds("runArgs", "--init")) add_init(findings, "--init in runArgs");
  check_features(at, findings);
  check_hooks(at, findings);
}

} // namespace nixbuild::devcontainer
