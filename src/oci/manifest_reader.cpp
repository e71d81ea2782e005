#include "oci/manifest_reader.hpp"

#include "oci/json.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace json = boost::json;

namespace nixbuild::oci {

namespace {

constexpr std::size_t most_entries = 1000;

constexpr std::string_view docker_manifest = "application/vnd.docker.distribution.manifest.v2+json";
constexpr std::string_view docker_list =
    "application/vnd.docker.distribution.manifest.list.v2+json";
constexpr std::string_view docker_config = "application/vnd.docker.container.image.v1+json";

struct LayerType {
  std::string_view said;
  std::string_view oci;
};

constexpr std::array layer_types{
    LayerType{media_type::layer, media_type::layer},
    LayerType{media_type::layer_gzip, media_type::layer_gzip},
    LayerType{media_type::layer_zstd, media_type::layer_zstd},
    LayerType{"application/vnd.docker.image.rootfs.diff.tar", media_type::layer},
    LayerType{"application/vnd.docker.image.rootfs.diff.tar.gzip", media_type::layer_gzip},
    LayerType{"application/vnd.docker.image.rootfs.diff.tar.zstd", media_type::layer_zstd},
};

[[noreturn]] void fail(std::string_view what, std::string_view problem) {
  throw Error(ErrorKind::corrupt, format("{} {}", what, problem));
}

const json::value& member(const json::object& object, std::string_view key, std::string_view what) {
  const json::value* const value = object.if_contains(key);
  if (value == nullptr) fail(what, format("has no \"{}\"", key));
  return *value;
}

const json::array& list_member(const json::object& object, std::string_view key,
                               std::string_view what) {
  return as_array(member(object, key, what), format("\"{}\" of {}", key, what));
}

Descriptor parse_descriptor(const json::value& value, std::string_view what) {
  const std::string place = format("a descriptor in {}", what);
  const json::object& object = as_object(value, place);
  const std::string digest_text = string_member(object, "digest", place);
  auto digest = Digest::parse(digest_text);
  if (!digest) fail(what, format("has a bad digest '{}': {}", digest_text, digest.error()));
  const json::value& size = member(object, "size", place);
  if (!size.is_int64() || size.get_int64() < 0) fail(place, "has a bad size");
  return {.media_type = string_member(object, "mediaType", place),
          .digest = *std::move(digest),
          .size = static_cast<std::uint64_t>(size.get_int64())};
}

std::optional<Platform> parse_platform(const json::object& entry, std::string_view what) {
  const json::value* const value = entry.if_contains("platform");
  if (value == nullptr || value->is_null()) return std::nullopt;
  const std::string place = format("a platform in {}", what);
  const json::object& platform = as_object(*value, place);
  return Platform::normalised(string_member(platform, "os", place),
                              string_member(platform, "architecture", place),
                              string_member(platform, "variant", place));
}

std::map<std::string, std::string> parse_annotations(const json::object& entry,
                                                     std::string_view what) {
  std::map<std::string, std::string> annotations;
  const json::value* const value = entry.if_contains("annotations");
  if (value == nullptr || value->is_null()) return annotations;
  const std::string place = format("the annotations in {}", what);
  const json::object& object = as_object(*value, place);
  for (const auto& annotation : object)
    annotations.emplace(annotation.key(), string_member(object, annotation.key(), place));
  return annotations;
}

} // namespace

bool is_index_type(std::string_view type) {
  return type == media_type::index || type == docker_list;
}

bool is_manifest_type(std::string_view type) {
  return type == media_type::manifest || type == docker_manifest;
}

std::string_view oci_layer_type(std::string_view type) {
  const auto* const found = std::ranges::find(layer_types, type, &LayerType::said);
  return found == layer_types.end() ? std::string_view() : found->oci;
}

std::vector<IndexEntry> parse_index(std::string_view text, std::string_view what) {
  const json::value value = parse_json(text, what);
  const json::array& manifests = list_member(as_object(value, what), "manifests", what);
  if (manifests.size() > most_entries) {
    fail(what,
         format("names {} manifests, and at most {} are read", manifests.size(), most_entries));
  }
  std::vector<IndexEntry> entries;
  entries.reserve(manifests.size());
  for (const json::value& entry : manifests) {
    Descriptor descriptor = parse_descriptor(entry, what);
    entries.push_back({.descriptor = std::move(descriptor),
                       .platform = parse_platform(entry.get_object(), what),
                       .annotations = parse_annotations(entry.get_object(), what)});
  }
  return entries;
}

std::optional<Manifest> parse_manifest(std::string_view text, std::string_view what) {
  const json::value value = parse_json(text, what);
  const json::object& object = as_object(value, what);
  std::string type = string_member(object, "mediaType", what);
  if (type.empty()) type = media_type::manifest;
  Descriptor config = parse_descriptor(member(object, "config", what), what);
  if (config.media_type != media_type::config && config.media_type != docker_config) {
    return std::nullopt;
  }
  Manifest manifest{.media_type = std::move(type), .config = std::move(config), .layers = {}};
  for (const json::value& layer : list_member(object, "layers", what))
    manifest.layers.push_back(parse_descriptor(layer, what));
  return manifest;
}

} // namespace nixbuild::oci
