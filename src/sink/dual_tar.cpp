#include "sink/dual_tar.hpp"

#include "archive/hashing_sink.hpp"
#include "archive/tar_writer.hpp"
#include "oci/manifest.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace json = boost::json;

namespace nixbuild::sink {

using archive::TarMember;

namespace {

std::string blob_name(const oci::Digest& digest) {
  return format("blobs/sha256/{}", digest.hex());
}

std::string docker_manifest(const image::Image& image) {
  json::array layers;
  for (const image::Layer& layer : image.layers)
    layers.emplace_back(blob_name(layer.digest));
  return json::serialize(json::array{json::object{{"Config", blob_name(image.config_digest)},
                                                  {"RepoTags", nullptr},
                                                  {"Layers", std::move(layers)}}});
}

// Everything of the tar that is no layer, in order.
std::vector<std::pair<std::string, std::string>> metadata(const image::Image& image,
                                                          const image::ImageManifest& manifest) {
  oci::Descriptor entry{manifest.media_type, manifest.digest, manifest.text.size()};
  const bool uncompressed = std::ranges::all_of(
      image.layers, [](const image::Layer& layer) { return layer.digest == layer.diff_id; });
  if (uncompressed) entry.annotations.emplace(layers_annotation, layers_uncompressed);
  return {{blob_name(image.config_digest), image.config},
          {blob_name(manifest.digest), manifest.text},
          {"oci-layout", std::string(oci_layout_file)},
          {"index.json", oci::index_json(std::span(&entry, 1))},
          {"manifest.json", docker_manifest(image)}};
}

[[noreturn]] void fail(const image::Layer& layer, std::string_view problem) {
  throw Error(ErrorKind::corrupt,
              format("the layer {} of the image is damaged: {}", layer.digest.str(), problem))
      .with_hint("it was changed since it was made, or is broken on disk: build the image again");
}

// Lets exactly the bytes of a layer through, since more or fewer would shift everything in the tar
// that follows them.
class LayerSink final : public archive::Sink {
public:
  using Progress = std::function<void(std::uint64_t)>;

  LayerSink(const image::Layer& layer, archive::Sink& next, Progress progress)
      : layer_(layer)
      , hash_(next)
      , progress_(std::move(progress)) {}

  void write(std::span<const std::byte> data) override {
    if (data.size() > layer_.size - written_) fail(layer_, "it has too many bytes");
    hash_.write(data);
    written_ += data.size();
    progress_(written_);
  }

  void finish() {
    if (written_ != layer_.size) {
      fail(layer_, format("it has {} bytes instead of {}", written_, layer_.size));
    }
    const oci::Digest digest = oci::Digest::from_hex(hash_.finish());
    if (digest != layer_.digest) fail(layer_, format("its digest is {}", digest.str()));
  }

private:
  const image::Layer& layer_;
  archive::HashingSink hash_;
  Progress progress_;
  std::uint64_t written_ = 0;
};

TarMember layer_member(const image::Layer& layer) {
  return {.name = blob_name(layer.digest), .size = layer.size};
}

} // namespace

image::ImageManifest manifest_of(const image::Image& image) {
  if (image.manifest) return *image.manifest;
  std::vector<oci::Descriptor> layers;
  layers.reserve(image.layers.size());
  for (const image::Layer& layer : image.layers)
    layers.push_back({layer.media_type, layer.digest, layer.size});
  std::string text = oci::manifest_json({.media_type = std::string(oci::media_type::config),
                                         .digest = image.config_digest,
                                         .size = image.config.size()},
                                        layers);
  oci::Digest digest = oci::Digest::of(text);
  return {.text = std::move(text),
          .media_type = std::string(oci::media_type::manifest),
          .digest = std::move(digest)};
}

DualTar::DualTar(const image::Image& image, const LoadPlan& plan)
    : image_(image)
    , plan_(plan)
    , manifest_(manifest_of(image))
    , size_(archive::tar_end_size) {
  for (const std::size_t index : plan_.layers)
    size_ += archive::tar_member_size(layer_member(image_.layers.at(index)));
  for (const auto& [name, content] : metadata(image_, manifest_))
    size_ += archive::tar_member_size({.name = name, .size = content.size()});
}

void DualTar::write(archive::Sink& sink, const LayerProgress& progress, const CancelToken& cancel,
                    const std::function<void()>& before_metadata) const {
  archive::TarWriter tar(sink);
  for (const std::size_t index : plan_.layers) {
    const image::Layer& layer = image_.layers.at(index);
    tar.start(layer_member(layer));
    LayerSink content(layer, sink, [&](std::uint64_t written) { progress(index, written); });
    layer.content->write_to(content, cancel);
    content.finish();
  }
  if (before_metadata) before_metadata();
  for (const auto& [name, content] : metadata(image_, manifest_))
    tar.add(name, content);
  tar.finish();
}

} // namespace nixbuild::sink
