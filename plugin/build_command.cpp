#include "plugin/build_command.hpp"

#include "config/docker_config.hpp"
#include "context/context.hpp"
#include "progress/make_reporter.hpp"
#include "support/format.hpp"

namespace nixbuild::plugin {

namespace {

// What the display is headed by: "docker:colima".
std::string target_of(const context::GlobalFlags& docker, const Environment& environment) {
  const auto directory = config::docker_config_directory(docker.config_directory, environment);
  const auto config = config::load_docker_config(directory);
  return "docker:" + context::resolve_context(docker, config, environment).name;
}

// The display has ended when this returns or throws, so what is printed next stands below it.
pipeline::BuildReport build_with_progress(const BuildCall& call, World& world) {
  const bool debug = call.request.docker.debug;
  const auto reporter =
      progress::make_reporter({.mode = call.progress,
                               .target = target_of(call.request.docker, world.environment),
                               .debug = debug},
                              world.err, world.environment, world.cancel);
  pipeline::World inner{world.environment, world.processes, *reporter};
  auto report = world.build(call.request, inner, world.cancel);
  if (report.images.size() > 1 && (call.files.image_id || call.files.metadata))
    progress::notice(*reporter, progress::Notice::Level::warning,
                     format("the archive holds {} images; --iidfile and --metadata-file describe "
                            "the first one",
                            report.images.size()));
  return report;
}

void print_result(const pipeline::LoadedImage& image, Results results, World& world) {
  if (results == Results::nothing) return;
  if (results == Results::ids) {
    world.out.write(image.id + "\n");
    return;
  }
  if (image.names.empty()) world.out.write(format("Loaded image ID: {}\n", image.id));
  for (const oci::Reference& name : image.names)
    world.out.write(format("Loaded image: {}\n", name.familiar()));
}

} // namespace

void print_plan(const pipeline::BuildPlan& plan, World& world) {
  world.out.write(format("{} for {}\n", plan.installable, plan.platform.str()));
  if (!plan.attribute.empty()) world.out.write(format("attribute: {}\n", plan.attribute));
  if (!plan.derivation.empty()) world.out.write(format("derivation: {}\n", plan.derivation));
  for (const std::string& derivation : plan.work.builds)
    world.out.write(format("would build: {}\n", derivation));
  for (const std::string& path : plan.work.downloads)
    world.out.write(format("would download: {}\n", path));
  if (plan.work.download_bytes > 0)
    world.out.write(format("downloads: {} ({} unpacked)\n", format_bytes(plan.work.download_bytes),
                           format_bytes(plan.work.unpacked_bytes)));
  if (plan.work.builds.empty() && plan.work.downloads.empty())
    world.out.write("nothing to build or download\n");
}

int run_build(const BuildCall& call, World& world) {
  prepare_result_files(call.files);
  const pipeline::BuildReport report = build_with_progress(call, world);
  if (report.plan) {
    print_plan(*report.plan, world);
    return 0;
  }
  write_result_files(call.files, report);
  for (const pipeline::LoadedImage& image : report.images)
    print_result(image, call.results, world);
  return 0;
}

} // namespace nixbuild::plugin
