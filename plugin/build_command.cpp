#include "plugin/build_command.hpp"

#include "plugin/build_and_watch.hpp"
#include "plugin/display.hpp"
#include "support/format.hpp"

namespace nixbuild::plugin {

namespace {

pipeline::BuildReport build_with_progress(const BuildCall& call, World& world) {
  return with_display(
      call.progress, progress::Activity::building, call.request.docker, world,
      [&](pipeline::World& inner) {
        auto report = world.build(call.request, inner, world.cancel);
        if (report.images.size() > 1 && (call.files.image_id || call.files.metadata))
          progress::notice(inner.reporter, progress::Notice::Level::warning,
                           format("the archive holds {} images; --iidfile and --metadata-file "
                                  "describe the first one",
                                  report.images.size()));
        return report;
      });
}

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

void print_plans(const std::vector<pipeline::BuildPlan>& plans, World& world) {
  for (const pipeline::BuildPlan& plan : plans) {
    if (&plan != &plans.front()) world.out.write("\n");
    print_plan(plan, world);
  }
}

void build_once(const BuildCall& call, World& world) {
  prepare_result_files(call.files, call.request.outputs);
  const pipeline::BuildReport report = build_with_progress(call, world);
  print_plans(report.plans, world);
  if (!report.plans.empty()) return;
  write_result_files(call.files, report);
  if (!writes_to_standard_output(call.request.outputs))
    print_results(report, call.results, world.out);
}

int build_whenever_files_change(const BuildCall& call, World& world) {
  WatchedCommand command{
      .requests = [&] { return std::vector{pipeline::NamedRequest{"image", call.request}}; },
      .build = [&](const auto&) { build_once(call, world); },
      .progress = call.progress};
  for (const auto& file : {call.files.image_id, call.files.metadata})
    if (file) command.written.insert(*file);
  return build_and_watch(command, world);
}

} // namespace

int run_build(const BuildCall& call, World& world) {
  check_outputs(call.request.outputs, world.out);
  if (call.watch) return build_whenever_files_change(call, world);
  build_once(call, world);
  return 0;
}

} // namespace nixbuild::plugin
