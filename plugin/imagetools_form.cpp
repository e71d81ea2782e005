#include "plugin/imagetools_command.hpp"
#include "plugin/indented_json.hpp"
#include "progress/text.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <string_view>

namespace nixbuild::plugin {

namespace json = boost::json;

namespace {

using pipeline::ListedBlob;
using pipeline::RegistryImage;
using Annotations = std::map<std::string, std::string>;

// Values are the registry's, and may hold what a terminal would obey.
std::string line(std::string_view indent, std::string_view name, std::string_view value) {
  return format("{}{:<12} {}\n", indent, format("{}:", name), progress::printable(value));
}

std::string annotations_text(std::string_view indent, const Annotations& annotations) {
  if (annotations.empty()) return {};
  std::string text = format("{}Annotations:\n", indent);
  for (const auto& [key, value] : annotations)
    text += format("{}  {}: {}\n", indent, progress::printable(key), progress::printable(value));
  return text;
}

std::string manifest_text(const ListedBlob& manifest, const RegistryImage& image) {
  constexpr std::string_view indent = "  ";
  std::string text =
      line(indent, "Name",
           format("{}@{}", image.name.familiar_repository(), manifest.digest.str())) +
      line(indent, "MediaType", manifest.media_type);
  if (!manifest.platform.empty()) text += line(indent, "Platform", manifest.platform);
  if (manifest.attests) text += line(indent, "Attests", manifest.attests->str());
  return text + annotations_text(indent, manifest.annotations);
}

json::object annotations_object(const Annotations& annotations) {
  json::object object;
  for (const auto& [key, value] : annotations)
    object[key] = value;
  return object;
}

json::object blob_object(const ListedBlob& blob) {
  json::object object{
      {"digest", blob.digest.str()}, {"mediaType", blob.media_type}, {"size", blob.size}};
  if (!blob.platform.empty()) object["platform"] = blob.platform;
  if (blob.attests) object["attests"] = blob.attests->str();
  if (!blob.annotations.empty()) object["annotations"] = annotations_object(blob.annotations);
  return object;
}

json::array blob_list(const std::vector<ListedBlob>& blobs) {
  json::array list;
  for (const ListedBlob& blob : blobs)
    list.push_back(blob_object(blob));
  return list;
}

} // namespace

std::string registry_image_text(const RegistryImage& image) {
  std::string text = line("", "Name", image.name.str()) + line("", "MediaType", image.media_type) +
                     line("", "Digest", image.digest.str());
  if (!image.platform.empty()) text += line("", "Platform", image.platform);
  if (image.config_digest) text += line("", "Config", image.config_digest->str());
  text += annotations_text("", image.annotations);
  if (!image.manifests.empty()) text += "\nManifests:\n";
  for (const ListedBlob& manifest : image.manifests)
    text += (&manifest == &image.manifests.front() ? "" : "\n") + manifest_text(manifest, image);
  if (!image.layers.empty()) text += "\nLayers:\n";
  for (const ListedBlob& layer : image.layers)
    text += format("  {} {:>9} {}\n", layer.digest.str(), format_bytes(layer.size),
                   progress::printable(layer.media_type));
  return text;
}

std::string registry_image_json(const RegistryImage& image) {
  json::object object{
      {"name", image.name.str()}, {"mediaType", image.media_type}, {"digest", image.digest.str()}};
  if (!image.annotations.empty()) object["annotations"] = annotations_object(image.annotations);
  if (!image.manifests.empty()) object["manifests"] = blob_list(image.manifests);
  if (image.config_digest) object["configDigest"] = image.config_digest->str();
  if (!image.platform.empty()) object["platform"] = image.platform;
  if (!image.layers.empty()) object["layers"] = blob_list(image.layers);
  return indented_json(object);
}

} // namespace nixbuild::plugin
