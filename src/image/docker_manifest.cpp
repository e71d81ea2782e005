#include "image/docker_manifest.hpp"

#include "oci/json.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

namespace json = boost::json;

namespace nixbuild::image {

namespace {

constexpr std::string_view manifest_name = "manifest.json";
constexpr std::size_t most_images = 1000;

oci::Reference parse_tag(const std::string& text) {
  const auto reference = oci::Reference::parse(text);
  if (!reference || reference->digest()) {
    throw Error(ErrorKind::corrupt,
                format("{} gives the image a bad name '{}': {}", manifest_name, text,
                       reference ? "it has a digest" : reference.error()));
  }
  return *reference;
}

DockerManifestItem parse_item(const json::value& value) {
  const std::string what = format("an image of {}", manifest_name);
  const json::object& object = oci::as_object(value, what);
  DockerManifestItem item;
  item.config = oci::string_member(object, "Config", manifest_name);
  if (item.config.empty()) {
    throw Error(ErrorKind::corrupt, format("{} names no config", manifest_name));
  }
  item.layers = oci::strings_member(object, "Layers", manifest_name);
  for (const std::string& tag : oci::strings_member(object, "RepoTags", manifest_name))
    item.tags.push_back(parse_tag(tag));
  return item;
}

} // namespace

std::vector<DockerManifestItem> parse_docker_manifest(std::string_view text) {
  const json::value value = oci::parse_json(text, manifest_name);
  const json::array& list = oci::as_array(value, manifest_name);
  if (list.empty()) throw Error(ErrorKind::corrupt, format("{} names no image", manifest_name));
  if (list.size() > most_images) {
    throw Error(ErrorKind::corrupt, format("{} names {} images, more than {}", manifest_name,
                                           list.size(), most_images));
  }
  std::vector<DockerManifestItem> items;
  for (const json::value& item : list)
    items.push_back(parse_item(item));
  return items;
}

} // namespace nixbuild::image
