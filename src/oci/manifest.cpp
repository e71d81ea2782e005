#include "oci/manifest.hpp"

#include <boost/json.hpp>

namespace json = boost::json;

namespace nixbuild::oci {

namespace {

json::object to_json(const Platform& platform) {
  json::object object{{"architecture", platform.architecture}, {"os", platform.os}};
  if (!platform.variant.empty()) object.emplace("variant", platform.variant);
  return object;
}

void add(const Annotations& annotations, json::object& object) {
  if (annotations.empty()) return;
  json::object list;
  for (const auto& [key, value] : annotations)
    list.emplace(key, value);
  object.emplace("annotations", std::move(list));
}

json::object to_json(const Descriptor& descriptor) {
  json::object object{{"mediaType", descriptor.media_type},
                      {"digest", descriptor.digest.str()},
                      {"size", descriptor.size}};
  add(descriptor.annotations, object);
  if (descriptor.platform) object.emplace("platform", to_json(*descriptor.platform));
  return object;
}

json::array to_json(std::span<const Descriptor> descriptors) {
  json::array list;
  for (const Descriptor& descriptor : descriptors)
    list.push_back(to_json(descriptor));
  return list;
}

} // namespace

std::string manifest_json(const Descriptor& config, std::span<const Descriptor> layers,
                          const Annotations& annotations) {
  json::object manifest{{"schemaVersion", 2},
                        {"mediaType", media_type::manifest},
                        {"config", to_json(config)},
                        {"layers", to_json(layers)}};
  add(annotations, manifest);
  return json::serialize(manifest);
}

std::string index_json(std::span<const Descriptor> manifests, const Annotations& annotations) {
  json::object index{
      {"schemaVersion", 2}, {"mediaType", media_type::index}, {"manifests", to_json(manifests)}};
  add(annotations, index);
  return json::serialize(index);
}

} // namespace nixbuild::oci
