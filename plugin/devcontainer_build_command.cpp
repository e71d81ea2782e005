#include "devcontainer/configuration.hpp"
#include "devcontainer/workspace_containers.hpp"
#include "oci/digest.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/directories.hpp"
#include "plugin/build_command.hpp"
#include "plugin/devcontainer_commands.hpp"
#include "plugin/devcontainer_request.hpp"
#include "plugin/devcontainer_workspace.hpp"
#include "plugin/display.hpp"
#include "plugin/print_error.hpp"
#include "support/error.hpp"
#include "support/file_lock.hpp"
#include "support/format.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace nixbuild::plugin {

namespace fs = std::filesystem;

using devcontainer::Configuration;

namespace {

// A workspace, its configuration, and what is there of it.
class DevContainer {
public:
  DevContainer(Configuration configuration, const ParsedOptions& options,
               const context::GlobalFlags& docker, World& world)
      : configuration_(std::move(configuration))
      , options_(options)
      , docker_(docker)
      , world_(world) {}

  int build() {
    const FileLock lock(
        lock_file(), [this] { say("waiting for another build of this image"); }, world_.cancel);
    const auto containers = existing_containers();
    try {
      return build(containers);
    } catch (const Error& error) {
      if (!may_use_existing(containers)) throw;
      world_.err.write(error_text(error));
      say(format("the existing container {} is used as it is (onFailure)",
                 containers.front().name));
      return 0;
    }
  }

private:
  using Containers = std::vector<engine::ListedContainer>;

  int build(const Containers& containers) {
    auto calls = devcontainer_calls(configuration_, options_, docker_, world_);
    if (!containers.empty() && configuration_.settings.on_reopen == devcontainer::OnReopen::check) {
      return check(std::move(calls));
    }
    const std::vector<pipeline::BuildReport> reports = run(calls);
    for (const pipeline::BuildReport& report : reports)
      print_results(report, calls.front().results, world_.out);
    // The dev container's own image is the first one.
    if (!reports.front().images.empty()) compare(containers, reports.front().images.front().id);
    return 0;
  }

  // All side by side.
  std::vector<pipeline::BuildReport> run(const std::vector<BuildCall>& calls) {
    std::vector<pipeline::NamedRequest> requests;
    for (const BuildCall& call : calls) {
      const auto& tags = call.request.tags;
      requests.push_back({.name = tags.empty() ? call.request.installable : tags.front().familiar(),
                          .request = call.request});
    }
    return with_display(
        calls.front().progress, progress::Activity::building, docker_, world_,
        [&](pipeline::World& inner) { return world_.build_all(requests, inner, world_.cancel); });
  }

  int check(std::vector<BuildCall> calls) {
    for (BuildCall& call : calls)
      call.request.dry_run = true;
    for (const pipeline::BuildReport& report : run(calls))
      for (const pipeline::BuildPlan& plan : report.plans)
        if (!plan.work.builds.empty() || !plan.work.downloads.empty())
          say(format("{} has changed; {}", plan.installable, remedy));
    return 0;
  }

  // Tells of containers of another image, and removes them where that is wanted.
  void compare(const Containers& containers, const std::string& image_id) {
    if (containers.empty()) return;
    without_display(world_, [&](pipeline::World& inner) {
      pipeline::Connection connection = pipeline::connect(docker_, inner);
      const auto image = connection.engine.inspect_image(image_id, world_.cancel);
      const engine::Labels labels = image ? image->labels : engine::Labels();
      for (const engine::ListedContainer& container : containers) {
        if (!devcontainer::is_of_another_image(container, image_id, labels)) continue;
        if (may_remove(container) &&
            connection.engine.remove_container(container.id, world_.cancel))
          say(format("removed the stopped container {}, which has an older image", container.name));
        else
          say(format("the container {} has an older image; {}", container.name, remedy));
      }
    });
  }

  [[nodiscard]] bool may_remove(const engine::ListedContainer& container) const {
    // Codespaces starts what it expects to be there, and fails when it is not.
    return configuration_.settings.recreate == devcontainer::Recreate::stopped &&
           !container.running && !world_.environment.get("CODESPACES");
  }

  // In CI nobody sees that it is the old one.
  [[nodiscard]] bool may_use_existing(const Containers& containers) const {
    return configuration_.settings.on_failure == devcontainer::OnFailure::use_existing &&
           !containers.empty() && !world_.cancel.cancelled() && !world_.environment.get("CI");
  }

  // None where no engine answers: building tells why.
  Containers existing_containers() {
    try {
      return without_display(world_, [&](pipeline::World& inner) {
        pipeline::Connection connection = pipeline::connect(docker_, inner);
        return devcontainer::workspace_containers(connection.engine, fs::current_path(),
                                                  configuration_.file, world_.cancel);
      });
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      return {};
    }
  }

  // Windows of an editor call us side by side.
  [[nodiscard]] fs::path lock_file() const {
    const std::string name(oci::Digest::of(configuration_.file.string()).hex().substr(0, 16));
    return pipeline::state_directory(world_.environment) / "devcontainers" / (name + ".lock");
  }

  void say(const std::string& text) { world_.err.write(format("docker nixbuild: {}\n", text)); }

  static constexpr std::string_view remedy =
      "to use the new one, run \"Dev Containers: Rebuild Container\", or docker nixbuild "
      "devcontainer rebuild";

  Configuration configuration_;
  const ParsedOptions& options_;
  const context::GlobalFlags& docker_;
  World& world_;
};

} // namespace

int run_devcontainer_build(const ParsedOptions& options, const context::GlobalFlags& docker,
                           World& world) {
  Configuration configuration = workspace_configuration(options, world);
  return DevContainer(std::move(configuration), options, docker, world).build();
}

} // namespace nixbuild::plugin
