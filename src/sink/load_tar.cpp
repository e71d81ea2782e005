#include "sink/load_tar.hpp"

#include "archive/tar_writer.hpp"
#include "oci/manifest.hpp"
#include "sink/checked_layer.hpp"
#include "sink/layout_metadata.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::sink {

using archive::TarMember;

namespace {

// Of a layer that the image repeats, the name is that of the first.
std::string layer_name(const image::Image& image, std::size_t index, TarForm form) {
  const oci::Digest& digest = image.layers.at(index).digest;
  if (form != TarForm::docker_archive) return blob_name(digest);
  const auto first = std::ranges::find(image.layers, digest, &image::Layer::digest);
  return format("{}", first - image.layers.begin());
}

std::string config_name(const image::Image& image, TarForm form) {
  return form == TarForm::docker_archive ? "config" : blob_name(image.config_digest);
}

std::string docker_manifest_of(const image::Image& image, TarForm form) {
  std::vector<std::string> layers;
  layers.reserve(image.layers.size());
  for (std::size_t index = 0; index < image.layers.size(); ++index)
    layers.push_back(layer_name(image, index, form));
  return docker_manifest(config_name(image, form), layers, {});
}

std::string index_of(const image::Image& image, const image::ImageManifest& manifest) {
  oci::Descriptor entry{manifest.media_type, manifest.digest, manifest.text.size()};
  const bool uncompressed = std::ranges::all_of(
      image.layers, [](const image::Layer& layer) { return layer.digest == layer.diff_id; });
  if (uncompressed) entry.annotations.emplace(layers_annotation, layers_uncompressed);
  return oci::index_json(std::span(&entry, 1));
}

// Everything of the tar that is no layer, in order.
std::vector<std::pair<std::string, std::string>>
metadata(const image::Image& image, const image::ImageManifest& manifest, TarForm form) {
  std::vector<std::pair<std::string, std::string>> members{
      {config_name(image, form), image.config}};
  if (form != TarForm::docker_archive) {
    members.emplace_back(blob_name(manifest.digest), manifest.text);
    members.emplace_back("oci-layout", oci_layout_file);
    members.emplace_back("index.json", index_of(image, manifest));
  }
  if (form != TarForm::oci_layout)
    members.emplace_back("manifest.json", docker_manifest_of(image, form));
  return members;
}

TarMember layer_member(const image::Image& image, std::size_t index, TarForm form) {
  return {.name = layer_name(image, index, form), .size = image.layers.at(index).size};
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

TarForm form_for(engine::ImageStore store, const image::Image& image, const LoadPlan& plan) {
  if (plan.layers.size() == full_load(image).layers.size()) return TarForm::both;
  return store == engine::ImageStore::graph_driver ? TarForm::docker_archive : TarForm::oci_layout;
}

LoadTar::LoadTar(const image::Image& image, const LoadPlan& plan, TarForm form)
    : image_(image)
    , plan_(plan)
    , form_(form)
    , manifest_(manifest_of(image))
    , size_(archive::tar_end_size) {
  for (const std::size_t index : plan_.layers)
    size_ += archive::tar_member_size(layer_member(image_, index, form_));
  for (const auto& [name, content] : metadata(image_, manifest_, form_))
    size_ += archive::tar_member_size({.name = name, .size = content.size()});
}

void LoadTar::write(archive::Sink& sink, const LayerProgress& progress, const CancelToken& cancel,
                    const std::function<void()>& before_metadata) const {
  archive::TarWriter tar(sink);
  for (const std::size_t index : plan_.layers) {
    const image::Layer& layer = image_.layers.at(index);
    tar.start(layer_member(image_, index, form_));
    CheckedLayer content(layer, sink, [&](std::uint64_t written) { progress(index, written); });
    layer.content->write_to(content, cancel);
    content.finish();
  }
  if (before_metadata) before_metadata();
  for (const auto& [name, content] : metadata(image_, manifest_, form_))
    tar.add(name, content);
  tar.finish();
}

} // namespace nixbuild::sink
