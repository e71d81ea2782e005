#include "sink/prefix_leftovers.hpp"

#include "sink/prefix_image.hpp"
#include "support/error.hpp"

#include <algorithm>
#include <ranges>

namespace nixbuild::sink {

namespace {

bool holds_layers(const image::Image& image, const engine::ImageDetails& prefix) {
  if (prefix.diff_ids.size() > image.layers.size()) return false;
  return std::ranges::equal(prefix.diff_ids,
                            image.layers | std::views::take(prefix.diff_ids.size()), {}, {},
                            &image::Layer::diff_id);
}

} // namespace

void remove_prefix_images(const image::Image& image, const std::string& purpose,
                          engine::Engine& engine, const CancelToken& cancel) {
  try {
    for (const engine::LabelledImage& left : engine.images_with_label(prefix_label, cancel)) {
      const auto details = engine.inspect_image(left.id, cancel);
      // With a name it is somebody's.
      if (!details || !details->repo_tags.empty()) continue;
      if (left.value == purpose || holds_layers(image, *details)) {
        (void)engine.remove_image(left.id, cancel);
      }
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
  }
}

} // namespace nixbuild::sink
