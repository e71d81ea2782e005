#include "plugin/compose_watch.hpp"

#include "compose/project_directory.hpp"
#include "plugin/build_and_watch.hpp"
#include "plugin/compose_command.hpp"
#include "plugin/compose_images.hpp"
#include "plugin/display.hpp"
#include "plugin/run_printed.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace nixbuild::plugin {

namespace {

using Words = std::vector<std::string>;
using Requests = std::vector<pipeline::NamedRequest>;
using Reports = std::vector<pipeline::BuildReport>;

void check(const ComposeArguments& arguments) {
  if (!arguments.watch) throw Error(ErrorKind::usage, "--recreate goes with --watch");
  const std::string& command = arguments.command;
  if (!arguments.needs_images || arguments.dry_run)
    throw Error(ErrorKind::usage, format("--watch builds images, and this `docker compose{}{}` "
                                         "needs none",
                                         command.empty() ? "" : " ", command));
  if (command == "run" || command == "watch" || (command == "up" && !arguments.detached))
    throw Error(
        ErrorKind::usage,
        format("--watch waits for changes when `{}` has ended, and it does not end by itself",
               command))
        .with_hint("docker nixbuild compose --watch up --detach; beside it, docker compose logs -f "
                   "shows what the containers print");
  if (arguments.recreate && command != "up")
    throw Error(ErrorKind::usage, "--recreate goes with `up`");
}

// What the engine has now for a request.
struct Built {
  std::string ids;
  std::set<std::string> names;
  bool operator==(const Built&) const = default;
};

Built built(const pipeline::BuildReport& report) {
  Built result;
  for (const pipeline::LoadedImage& image : report.images) {
    result.ids += image.id + " ";
    for (const oci::Reference& name : image.names)
      result.names.insert(name.str());
  }
  return result;
}

class Project {
public:
  Project(const Words& program, const ComposeArguments& arguments, const Invocation& invocation,
          World& world)
      : program_(program)
      , arguments_(arguments)
      , invocation_(invocation)
      , world_(world) {}

  [[nodiscard]] Requests requests() {
    images_ = compose_images(program_, arguments_, invocation_, world_);
    return images_.requests;
  }

  void build(const Requests& due) {
    const Reports reports = with_display(
        progress_of(arguments_), progress::Activity::building, invocation_.docker, world_,
        [&](pipeline::World& inner) { return world_.build_all(due, inner, world_.cancel); });
    std::map<std::string, Built> now = built_;
    std::set<std::string> names; // that are those of another image than before
    for (std::size_t index = 0; index < due.size(); ++index) {
      Built one = built(reports[index]);
      if (built_[due[index].name] != one) names.insert(one.names.begin(), one.names.end());
      now[due[index].name] = std::move(one);
    }
    if (is_started_) {
      take_into_use(services_with(names));
    } else {
      run_compose(arguments_.forwarded);
    }
    is_started_ = true;
    built_ = std::move(now);
  }

private:
  [[nodiscard]] Words services_with(const std::set<std::string>& names) const {
    Words services;
    for (const auto& [service, image] : images_.images) {
      const auto reference = oci::Reference::parse(image);
      if (reference && names.contains(reference->str())) services.push_back(service);
    }
    return services;
  }

  void take_into_use(const Words& services) {
    if (services.empty()) return;
    if (!arguments_.recreate) {
      if (arguments_.command == "up" && progress_of(arguments_) != progress::Mode::rawjson)
        world_.err.write(format("another image: {}; docker compose up takes it into use, and so "
                                "does --recreate\n",
                                fmt::join(services, ", ")));
      return;
    }
    Words words = arguments_.global;
    words.insert(words.end(), {"up", "--detach", "--no-deps", "--no-build"});
    words.insert(words.end(), arguments_.for_recreation.begin(), arguments_.for_recreation.end());
    words.insert(words.end(), services.begin(), services.end());
    run_compose(words);
  }

  void run_compose(const Words& words) {
    process::Command command{.argv = program_};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    command.environment[built_services_variable] = images_.services;
    const process::ExitStatus status = run_printed(command, world_);
    if (!status.success())
      throw Error(ErrorKind::failed, format("docker compose {} has failed", arguments_.command));
  }

  const Words& program_;
  const ComposeArguments& arguments_;
  const Invocation& invocation_;
  World& world_;
  ComposeImages images_;
  std::map<std::string, Built> built_; // by the name of the request
  bool is_started_ = false;            // the command has run
};

} // namespace

int compose_whenever_files_change(const Words& program, const ComposeArguments& arguments,
                                  const Invocation& invocation, World& world) {
  check(arguments);
  Project project(program, arguments, invocation, world);
  return build_and_watch({.requests = [&] { return project.requests(); },
                          .definition =
                              [&] {
                                return compose::project_files(arguments.place, world.environment,
                                                              std::filesystem::current_path());
                              },
                          .build = [&](const Requests& due) { project.build(due); },
                          .progress = progress_of(arguments)},
                         world);
}

} // namespace nixbuild::plugin
