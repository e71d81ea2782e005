#include "sink/prefix_image.hpp"

#include "image/container_config.hpp"

namespace nixbuild::sink {

image::Image prefix_image(const image::Image& image, std::size_t count,
                          const std::string& purpose) {
  image::Image prefix{
      .config = {},
      .config_digest = image.config_digest,
      .platform = image.platform,
      .layers = {image.layers.begin(), image.layers.begin() + static_cast<std::ptrdiff_t>(count)},
      .names = {}};
  image::ContainerConfig config;
  config.labels.emplace(prefix_label, purpose);
  prefix.config = image::config_json(image.platform, config, prefix.layers, {});
  prefix.config_digest = oci::Digest::of(prefix.config);
  return prefix;
}

} // namespace nixbuild::sink
