#include "plugin/prune_command.hpp"

#include "plugin/confirmation.hpp"
#include "support/format.hpp"

#include <string_view>

namespace nixbuild::plugin {

namespace {

std::string excess_text(const FactFile::Excess& excess, std::string_view what) {
  if (excess.bytes == 0) return {};
  if (excess.facts == 0)
    return format("  lines of {} that newer ones replace ({})\n", what, format_bytes(excess.bytes));
  return format("  {} {} ({})\n", excess.facts, what, format_bytes(excess.bytes));
}

} // namespace

std::string prunable_text(const pipeline::Prunable& prunable) {
  std::string text = excess_text(prunable.digests, "remembered digests of layers") +
                     excess_text(prunable.compressed, "remembered digests of compressed layers") +
                     excess_text(prunable.evaluations, "remembered evaluations");
  for (const pipeline::ForsakenRoot& root : prunable.roots)
    text += format("  garbage-collector root of {}, which is gone\n", root.project.string());
  return text;
}

int run_prune(const ParsedOptions& options, World& world) {
  const std::string text =
      prunable_text(pipeline::prune(world.environment, pipeline::PruneMode::look));
  if (text.empty()) {
    world.out.write("Nothing to remove.\n");
    return 0;
  }
  world.out.write("This will remove:\n" + text);
  if (!options.is_on("force") && !confirmed(world)) {
    world.out.write("Nothing was removed.\n");
    return 0;
  }
  const auto removed = pipeline::prune(world.environment, pipeline::PruneMode::remove);
  world.out.write(format(
      "Total reclaimed space: {}\n",
      format_bytes(removed.digests.bytes + removed.compressed.bytes + removed.evaluations.bytes)));
  if (!removed.roots.empty())
    world.out.write("What the roots kept in the Nix store goes with nix-collect-garbage.\n");
  return 0;
}

} // namespace nixbuild::plugin
