#pragma once

#include "image/compressed_cache.hpp"
#include "image/image_set.hpp"
#include "oci/manifest.hpp"
#include "sink/image_manifests.hpp"
#include "sink/stored_layer.hpp"

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::sink {

// The layers of an image set, each once, and what is known of the blobs that they become in
// registries. Thread-safe.
class PushedLayers {
public:
  // Both must live longer.
  PushedLayers(const image::ImageSet& images, const LayerForm& form, image::CompressedCache& cache);

  [[nodiscard]] std::size_t size() const noexcept { return layers_.size(); }
  [[nodiscard]] const image::Layer& layer(std::size_t index) const {
    return *layers_.at(index).layer;
  }
  // Whether its blob has the bytes that the layer comes with.
  [[nodiscard]] bool stays(std::size_t index) const { return layers_.at(index).stays; }
  [[nodiscard]] archive::Compression compression() const noexcept { return form_.compression; }

  // Nothing while only compressing it would tell.
  [[nodiscard]] std::optional<oci::Descriptor> blob(std::size_t index) const;
  // What the layer has become.
  void learn(std::size_t index, const image::CompressedDigest& digest);

  [[nodiscard]] bool all_known() const;
  // For image_manifests(); precondition: all_known().
  [[nodiscard]] std::vector<StoredLayers> stored() const;

private:
  struct Known {
    const image::Layer* layer;
    bool stays;
    std::optional<oci::Descriptor> blob;
  };

  const image::ImageSet& images_;
  LayerForm form_;
  std::string encoder_;
  image::CompressedCache& cache_;
  mutable std::mutex mutex_;
  std::vector<Known> layers_;
};

} // namespace nixbuild::sink
