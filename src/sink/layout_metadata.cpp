#include "sink/layout_metadata.hpp"

#include "oci/json.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace json = boost::json;

namespace nixbuild::sink {

namespace {

constexpr const char* index_file = "index.json";

json::value name_of(const json::object& entry) {
  const json::value* const annotations = entry.if_contains("annotations");
  if (annotations == nullptr || !annotations->is_object()) return nullptr;
  const json::value* const name = annotations->get_object().if_contains("io.containerd.image.name");
  return name == nullptr ? json::value() : *name;
}

// Of two entries with one name, or of one image without a name, only one can stay.
bool replaces(const json::object& ours, const json::object& old) {
  if (name_of(ours) != name_of(old)) return false;
  if (!name_of(ours).is_null()) return true;
  return oci::string_member(ours, "digest", index_file) ==
         oci::string_member(old, "digest", index_file);
}

} // namespace

std::string blob_name(const oci::Digest& digest) {
  return format("blobs/sha256/{}", digest.hex());
}

std::string docker_manifest(const std::string& config, std::span<const std::string> layers,
                            std::span<const oci::Reference> names) {
  json::value tags;
  if (!names.empty()) {
    json::array& list = tags.emplace_array();
    for (const oci::Reference& name : names)
      list.emplace_back(name.familiar());
  }
  return json::serialize(
      json::array{json::object{{"Config", config},
                               {"RepoTags", std::move(tags)},
                               {"Layers", json::array(layers.begin(), layers.end())}}});
}

std::string merged_index(std::string_view old, std::string_view ours) {
  const json::value old_value = oci::parse_json(old, index_file);
  json::value new_value = oci::parse_json(ours, index_file);
  json::array& entries = new_value.as_object().at("manifests").as_array();
  json::array all;
  const json::value* const old_entries =
      oci::as_object(old_value, index_file).if_contains("manifests");
  if (old_entries != nullptr) {
    for (const json::value& entry : oci::as_array(*old_entries, index_file)) {
      const json::object& object = oci::as_object(entry, index_file);
      const bool replaced = std::ranges::any_of(
          entries, [&](const json::value& other) { return replaces(other.get_object(), object); });
      if (!replaced) all.push_back(entry);
    }
  }
  for (json::value& entry : entries)
    all.push_back(std::move(entry));
  entries = std::move(all);
  return json::serialize(new_value);
}

} // namespace nixbuild::sink
