#include "sink/pushed_layers.hpp"

#include "image/layer_media_type.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace nixbuild::sink {

namespace {

oci::Descriptor descriptor_of(const image::CompressedDigest& digest,
                              archive::Compression compression) {
  return {.media_type = std::string(image::layer_media_type(compression)),
          .digest = digest.digest,
          .size = digest.size};
}

} // namespace

PushedLayers::PushedLayers(const image::ImageSet& images, const LayerForm& form,
                           image::CompressedCache& cache)
    : images_(images)
    , form_(form)
    , encoder_(archive::encoder_identity(form.compression))
    , cache_(cache) {
  std::set<oci::Digest> seen;
  for (const image::PlatformImage& platform : images) {
    for (const image::Layer& layer : platform.image.layers) {
      if (!seen.insert(layer.digest).second) continue;
      Known known{.layer = &layer, .stays = stays_as_it_is(layer, form), .blob = {}};
      if (known.stays) {
        known.blob = oci::Descriptor{
            .media_type = layer.media_type, .digest = layer.digest, .size = layer.size};
      } else if (const auto digest = cache.find(layer.diff_id, encoder_)) {
        known.blob = descriptor_of(*digest, form.compression);
      }
      layers_.push_back(std::move(known));
    }
  }
}

std::optional<oci::Descriptor> PushedLayers::blob(std::size_t index) const {
  const std::scoped_lock lock(mutex_);
  return layers_.at(index).blob;
}

void PushedLayers::learn(std::size_t index, const image::CompressedDigest& digest) {
  const std::scoped_lock lock(mutex_);
  Known& known = layers_.at(index);
  oci::Descriptor blob = descriptor_of(digest, form_.compression);
  if (known.blob && known.blob->digest == blob.digest && known.blob->size == blob.size) return;
  known.blob = std::move(blob);
  cache_.remember(known.layer->diff_id, encoder_, digest);
}

bool PushedLayers::all_known() const {
  const std::scoped_lock lock(mutex_);
  return std::ranges::all_of(layers_, [](const Known& known) { return known.blob.has_value(); });
}

std::vector<StoredLayers> PushedLayers::stored() const {
  const std::scoped_lock lock(mutex_);
  std::map<oci::Digest, const oci::Descriptor*> blobs;
  for (const Known& known : layers_)
    blobs.emplace(known.layer->digest, &known.blob.value());
  std::vector<StoredLayers> stored;
  for (const image::PlatformImage& platform : images_) {
    StoredLayers& layers = stored.emplace_back();
    for (const image::Layer& layer : platform.image.layers)
      layers.push_back(*blobs.at(layer.digest));
  }
  return stored;
}

} // namespace nixbuild::sink
