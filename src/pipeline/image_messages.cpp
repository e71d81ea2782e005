#include "pipeline/image_messages.hpp"

#include "pipeline/message_parts.hpp"

#include <boost/json.hpp>

#include <stdexcept>
#include <utility>

namespace nixbuild::pipeline {

namespace json = boost::json;

namespace {

json::object object_of(const image::Layer& layer) {
  return {{"diffId", layer.diff_id.str()},
          {"digest", layer.digest.str()},
          {"size", layer.size},
          {"mediaType", layer.media_type},
          {"origins", array_of(layer.origins)},
          {"movable", layer.movable}};
}

json::value value_of(const std::optional<image::ImageManifest>& manifest) {
  if (!manifest) return nullptr;
  return json::object{{"text", manifest->text}, {"mediaType", manifest->media_type}};
}

json::object object_of(const image::PlatformImage& image) {
  json::array layers;
  for (const image::Layer& layer : image.image.layers)
    layers.push_back(object_of(layer));
  json::array attestations;
  for (const image::Attestation& attestation : image.attestations)
    attestations.push_back(json::array{attestation.predicate_type, attestation.predicate});
  return {{"config", image.image.config},
          {"platform", image.image.platform.str()},
          {"layers", std::move(layers)},
          {"names", array_of(image.image.names)},
          {"manifest", value_of(image.image.manifest)},
          {"attestations", std::move(attestations)}};
}

oci::Digest digest(const json::value& value) {
  return checked(oci::Digest::parse(text(value)));
}

image::Layer layer_of(const json::object& object,
                      std::shared_ptr<const image::LayerContent> content) {
  return {.diff_id = digest(object.at("diffId")),
          .digest = digest(object.at("digest")),
          .size = object.at("size").to_number<std::uint64_t>(),
          .media_type = text(object.at("mediaType")),
          .content = std::move(content),
          .origins = texts(object.at("origins")),
          .movable = object.at("movable").as_bool()};
}

std::optional<image::ImageManifest> manifest_of(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  std::string content = text(value.as_object().at("text"));
  oci::Digest digest = oci::Digest::of(content);
  return image::ImageManifest{.text = std::move(content),
                              .media_type = text(value.as_object().at("mediaType")),
                              .digest = std::move(digest)};
}

image::PlatformImage image_of(const json::object& object, std::size_t index,
                              const ContentOf& content_of) {
  std::string config = text(object.at("config"));
  oci::Digest config_digest = oci::Digest::of(config);
  image::PlatformImage image{
      .image = {.config = std::move(config),
                .config_digest = std::move(config_digest),
                .platform = checked(oci::Platform::parse(text(object.at("platform")))),
                .layers = {},
                .names = references(object.at("names")),
                .manifest = manifest_of(object.at("manifest"))},
      .attestations = {}};
  for (const json::value& layer : object.at("layers").as_array())
    image.image.layers.push_back(
        layer_of(layer.as_object(), content_of(index, image.image.layers.size())));
  for (const json::value& attestation : object.at("attestations").as_array())
    image.attestations.push_back({.predicate_type = text(attestation.as_array().at(0)),
                                  .predicate = text(attestation.as_array().at(1))});
  return image;
}

archive::Compression compression_of(const std::string& name) {
  using enum archive::Compression;
  for (const archive::Compression compression : {none, gzip, zstd})
    if (archive::to_string(compression) == name) return compression;
  throw std::runtime_error("unknown compression");
}

} // namespace

std::string to_message(const image::ImageSet& images) {
  json::array array;
  for (const image::PlatformImage& image : images)
    array.push_back(object_of(image));
  return json::serialize(json::object{{"images", std::move(array)}});
}

image::ImageSet parse_images(std::string_view message, const ContentOf& content_of) {
  return reading("images of a build", [&] {
    image::ImageSet images;
    const json::object object = object_in(message);
    for (const json::value& image : object.at("images").as_array())
      images.push_back(image_of(image.as_object(), images.size(), content_of));
    if (images.empty()) throw std::runtime_error("there are none");
    return images;
  });
}

std::string to_message(const LayerOrder& order) {
  return json::serialize(json::object{{"image", order.image},
                                      {"layer", order.layer},
                                      {"compression", archive::to_string(order.compression)}});
}

LayerOrder parse_order(std::string_view message, const image::ImageSet& images) {
  return reading("order of a layer", [&] {
    const json::object object = object_in(message);
    const LayerOrder order{.image = object.at("image").to_number<std::size_t>(),
                           .layer = object.at("layer").to_number<std::size_t>(),
                           .compression = compression_of(text(object.at("compression")))};
    if (order.image >= images.size() || order.layer >= images[order.image].image.layers.size())
      throw std::out_of_range("there is no such layer");
    return order;
  });
}

} // namespace nixbuild::pipeline
