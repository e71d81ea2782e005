#include "image/compressed_cache.hpp"
#include "image/digest_cache.hpp"
#include "nix/evaluation_memory.hpp"
#include "pipeline/directories.hpp"
#include "pipeline/loaded_images.hpp"
#include "pipeline/prune.hpp"
#include "sink/prefix_image.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <set>
#include <system_error>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

// Some hundred images, in about 3 MB.
constexpr std::size_t most_digests = 20'000;
constexpr std::size_t most_evaluations = 1'000;

void remove_file(const fs::path& file) {
  std::error_code error;
  fs::remove(file, error);
  if (error) throw system_error(error.value(), format("cannot remove {}", file.string()));
}

// As builder/agent_script.cpp puts them.
std::vector<fs::path> other_agents(const fs::path& running, const Environment& environment) {
  std::vector<fs::path> others;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(cache_directory(environment), error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("agent-") && entry.path().filename() != running.filename())
      others.push_back(entry.path());
  }
  std::ranges::sort(others);
  return others;
}

std::vector<engine::NamelessImage>
forsaken_images(engine::Engine& engine, const Environment& environment, const CancelToken& cancel) {
  std::set<std::string> parts; // of images whose load was aborted
  for (const engine::LabelledImage& image : engine.images_with_label(sink::prefix_label, cancel))
    parts.insert(image.id);
  std::set<std::string> used;
  for (const engine::ListedContainer& container : engine.containers(cancel))
    used.insert(container.image_id);
  const LoadedImages loaded(loaded_images_file(environment));
  std::vector<engine::NamelessImage> images = engine.nameless_images(cancel);
  std::erase_if(images, [&](const engine::NamelessImage& image) {
    const bool ours = loaded.has(image.id) || parts.contains(image.id);
    return !ours || used.contains(image.id);
  });
  return images;
}

} // namespace

Prunable prune_machine(const std::optional<fs::path>& agent, engine::Engine* engine, PruneMode mode,
                       World& world, const CancelToken& cancel) {
  const Environment& environment = world.environment;
  image::DigestCache digests(digest_cache_file(environment));
  image::CompressedCache compressed(compressed_cache_file(environment));
  nix::EvaluationMemory evaluations(evaluation_memory_file(environment));
  Prunable prunable{.digests = digests.prune(most_digests),
                    .compressed = compressed.prune(most_digests),
                    .evaluations = evaluations.prune(most_evaluations),
                    .roots = forsaken_roots(environment),
                    .agents = {},
                    .images = {}};
  if (agent) prunable.agents = other_agents(*agent, environment);
  if (engine != nullptr) prunable.images = forsaken_images(*engine, environment, cancel);
  if (mode == PruneMode::look) return prunable;
  if (prunable.digests.bytes > 0) digests.rewrite();
  if (prunable.compressed.bytes > 0) compressed.rewrite();
  if (prunable.evaluations.bytes > 0) evaluations.rewrite();
  for (const ForsakenRoot& root : prunable.roots)
    for (const fs::path& file : root.files)
      remove_file(file);
  for (const fs::path& file : prunable.agents)
    remove_file(file);
  if (engine == nullptr) return prunable;
  // What somebody has given a name or a container meanwhile stays.
  std::erase_if(prunable.images, [&](const engine::NamelessImage& image) {
    return !engine->remove_image(image.id, cancel);
  });
  return prunable;
}

} // namespace nixbuild::pipeline
