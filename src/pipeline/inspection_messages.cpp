#include "pipeline/inspection_messages.hpp"

#include "agent/error_json.hpp"
#include "pipeline/message_parts.hpp"

#include <boost/json.hpp>

#include <utility>

namespace nixbuild::pipeline {

namespace json = boost::json;

namespace {

json::object layer_object(const InspectedLayer& layer) {
  return {{"diffId", layer.diff_id.str()},
          {"digest", layer.digest.str()},
          {"size", layer.size},
          {"origins", array_of(layer.origins)},
          {"lacking", layer.lacking}};
}

json::object image_object(const InspectedImage& image) {
  json::array layers;
  for (const InspectedLayer& layer : image.layers)
    layers.push_back(layer_object(layer));
  return {{"names", array_of(image.names)},      {"id", image.id},
          {"config", image.config_digest.str()}, {"manifest", image.manifest_digest.str()},
          {"platform", image.platform.str()},    {"layers", std::move(layers)},
          {"hasImage", image.has_image},         {"loadBytes", image.load_bytes}};
}

oci::Digest digest(const json::value& value) {
  return checked(oci::Digest::parse(text(value)));
}

InspectedLayer inspected_layer(const json::object& object) {
  return {.diff_id = digest(object.at("diffId")),
          .digest = digest(object.at("digest")),
          .size = object.at("size").to_number<std::uint64_t>(),
          .origins = texts(object.at("origins")),
          .lacking = object.at("lacking").as_bool()};
}

InspectedImage inspected_image(const json::object& object) {
  InspectedImage image{.names = references(object.at("names")),
                       .id = text(object.at("id")),
                       .config_digest = digest(object.at("config")),
                       .manifest_digest = digest(object.at("manifest")),
                       .platform = checked(oci::Platform::parse(text(object.at("platform")))),
                       .layers = {},
                       .has_image = object.at("hasImage").as_bool(),
                       .load_bytes = object.at("loadBytes").to_number<std::uint64_t>()};
  for (const json::value& layer : object.at("layers").as_array())
    image.layers.push_back(inspected_layer(layer.as_object()));
  return image;
}

} // namespace

std::string to_message(const Inspection& inspection) {
  json::object object;
  object["engine"] = nullptr;
  if (inspection.engine) object["engine"] = object_of(*inspection.engine);
  object["engineError"] = nullptr;
  if (inspection.engine_error) {
    object["engineError"] = agent::error_to_json(*inspection.engine_error);
  }
  json::array images;
  for (const InspectedImage& image : inspection.images)
    images.push_back(image_object(image));
  object["images"] = std::move(images);
  return json::serialize(object);
}

Inspection parse_inspection(std::string_view message) {
  return reading("inspection of an image", [&] {
    const json::object object = object_in(message);
    Inspection inspection;
    if (const json::value& engine = object.at("engine"); !engine.is_null())
      inspection.engine = engine_facts(engine.as_object());
    if (const auto error = optional_text(object.at("engineError")))
      inspection.engine_error = agent::error_from_json(*error);
    for (const json::value& image : object.at("images").as_array())
      inspection.images.push_back(inspected_image(image.as_object()));
    return inspection;
  });
}

} // namespace nixbuild::pipeline
