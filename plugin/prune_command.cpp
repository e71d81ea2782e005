#include "plugin/prune_command.hpp"

#include "plugin/confirmation.hpp"
#include "plugin/display.hpp"
#include "support/format.hpp"

#include <cstdint>
#include <string_view>

namespace nixbuild::plugin {

namespace {

std::string excess_text(const FactFile::Excess& excess, std::string_view what) {
  if (excess.bytes == 0) return {};
  if (excess.facts == 0)
    return format("  lines of {} that newer ones replace ({})\n", what, format_bytes(excess.bytes));
  return format("  {} {} ({})\n", excess.facts, what, format_bytes(excess.bytes));
}

std::string text_of(const pipeline::Prunable& prunable) {
  std::string text = excess_text(prunable.digests, "remembered digests of layers") +
                     excess_text(prunable.compressed, "remembered digests of compressed layers") +
                     excess_text(prunable.evaluations, "remembered evaluations");
  for (const pipeline::ForsakenRoot& root : prunable.roots)
    text += format("  garbage-collector root of {}, which is gone\n", root.project.string());
  for (const auto& agent : prunable.agents)
    text += format("  agent of another version: {}\n", agent.string());
  for (const engine::NamelessImage& image : prunable.images)
    text += format("  image that has lost its name: {} ({})\n", image.id, format_bytes(image.size));
  return text;
}

std::uintmax_t bytes_of_files(const pipeline::Prunable& prunable) {
  return prunable.digests.bytes + prunable.compressed.bytes + prunable.evaluations.bytes;
}

pipeline::PruneReport prune(const pipeline::PruneRequest& request, World& world) {
  return without_display(
      world, [&](pipeline::World& inner) { return pipeline::prune(request, inner, world.cancel); });
}

} // namespace

std::string prunable_text(const pipeline::PruneReport& report) {
  std::string text = text_of(report.here);
  for (const std::string& container : report.builders.containers)
    text += format("  container {} of a builder that is gone\n", container);
  for (const std::string& volume : report.builders.volumes)
    text += format("  volume {} of a builder that is gone, with its Nix store\n", volume);
  if (!report.there) return text;
  if (const std::string there = text_of(*report.there); !there.empty())
    text += format("on {}:\n{}", report.peer, there);
  return text;
}

int run_prune(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  pipeline::PruneRequest request{.docker = docker, .all_builders = options.is_on("all")};
  const pipeline::PruneReport found = prune(request, world);
  for (const std::string& remark : found.remarks)
    world.err.write(remark + "\n");
  const std::string text = prunable_text(found);
  if (text.empty()) {
    world.out.write("Nothing to remove.\n");
    return 0;
  }
  world.out.write("This will remove:\n" + text);
  if (!options.is_on("force") && !confirmed(world)) {
    world.out.write("Nothing was removed.\n");
    return 0;
  }
  request.mode = pipeline::PruneMode::remove;
  const pipeline::PruneReport removed = prune(request, world);
  std::uintmax_t bytes = bytes_of_files(removed.here);
  if (removed.there) bytes += bytes_of_files(*removed.there);
  const bool had_roots =
      !removed.here.roots.empty() || (removed.there && !removed.there->roots.empty());
  world.out.write(format("Total reclaimed space: {}\n", format_bytes(bytes)));
  if (had_roots)
    world.out.write("What the roots kept in the Nix store goes with nix-collect-garbage.\n");
  return 0;
}

} // namespace nixbuild::plugin
