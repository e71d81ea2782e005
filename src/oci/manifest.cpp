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

json::object to_json(const Descriptor& descriptor) {
  json::object object{{"mediaType", descriptor.media_type},
                      {"digest", descriptor.digest.str()},
                      {"size", descriptor.size}};
  if (!descriptor.annotations.empty()) {
    json::object annotations;
    for (const auto& [key, value] : descriptor.annotations)
      annotations.emplace(key, value);
    object.emplace("annotations", std::move(annotations));
  }
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

std::string manifest_json(const Descriptor& config, std::span<const Descriptor> layers) {
  return json::serialize(json::object{{"schemaVersion", 2},
                                      {"mediaType", media_type::manifest},
                                      {"config", to_json(config)},
                                      {"layers", to_json(layers)}});
}

std::string index_json(std::span<const Descriptor> manifests) {
  return json::serialize(json::object{
      {"schemaVersion", 2}, {"mediaType", media_type::index}, {"manifests", to_json(manifests)}});
}

} // namespace nixbuild::oci
