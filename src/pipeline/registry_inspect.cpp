#include "pipeline/registry_inspect.hpp"

#include "oci/image_config.hpp"
#include "oci/json.hpp"
#include "oci/manifest_reader.hpp"
#include "pipeline/registries.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <utility>

namespace nixbuild::pipeline {

namespace json = boost::json;

namespace {

// How buildx marks what it attaches to an image in an index.
constexpr const char* attestation_type = "vnd.docker.reference.type";
constexpr const char* attestation_of = "vnd.docker.reference.digest";

using Annotations = std::map<std::string, std::string>;

Annotations annotations_of(const json::object& object, std::string_view what) {
  Annotations annotations;
  const json::value* const found = object.if_contains("annotations");
  if (found == nullptr || found->is_null()) return annotations;
  const json::object& texts = oci::as_object(*found, what);
  for (const auto& member : texts)
    annotations.emplace(member.key(), oci::string_member(texts, member.key(), what));
  return annotations;
}

std::optional<oci::Digest> attested_by(const Annotations& annotations) {
  const auto type = annotations.find(attestation_type);
  const auto of = annotations.find(attestation_of);
  if (type == annotations.end() || type->second != "attestation-manifest") return std::nullopt;
  if (of == annotations.end()) return std::nullopt;
  const auto digest = oci::Digest::parse(of->second);
  return digest ? std::optional(*digest) : std::nullopt;
}

ListedBlob listed(const oci::IndexEntry& entry) {
  return {.digest = entry.descriptor.digest,
          .media_type = entry.descriptor.media_type,
          .size = entry.descriptor.size,
          .platform = entry.platform ? entry.platform->str() : "",
          .attests = attested_by(entry.annotations),
          .annotations = entry.annotations};
}

void add_image(RegistryImage& image, registry::Repository& repository, const std::string& what,
               const CancelToken& cancel) {
  const auto manifest = oci::parse_manifest(image.text, what);
  if (!manifest) return;
  for (const oci::Descriptor& layer : manifest->layers)
    image.layers.push_back({.digest = layer.digest,
                            .media_type = layer.media_type,
                            .size = layer.size,
                            .platform = {},
                            .attests = {},
                            .annotations = {}});
  const oci::Digest& config = manifest->config.digest;
  image.config_digest = config;
  const std::string text = repository.blob(config, oci::largest_image_config, cancel);
  image.platform =
      oci::parse_image_config(text, format("the config {}", config.str())).platform.str();
}

} // namespace

RegistryImage inspect_registry(registry::Repository& repository, const oci::Reference& name,
                               const CancelToken& cancel) {
  const std::string place = name.digest() ? name.digest()->str() : name.tag();
  auto stored = repository.find_manifest(place, cancel);
  if (!stored) throw Error(ErrorKind::not_found, format("the registry has no {}", name.familiar()));
  RegistryImage image{.name = name,
                      .digest = stored->digest,
                      .media_type = std::move(stored->media_type),
                      .text = std::move(stored->text),
                      .annotations = {},
                      .manifests = {},
                      .config_digest = {},
                      .platform = {},
                      .layers = {}};
  const std::string what = format("the manifest of {}", name.familiar());
  const json::value value = oci::parse_json(image.text, what);
  image.annotations = annotations_of(oci::as_object(value, what), what);
  if (oci::is_index_type(image.media_type)) {
    for (const oci::IndexEntry& entry : oci::parse_index(image.text, what))
      image.manifests.push_back(listed(entry));
  } else if (oci::is_manifest_type(image.media_type)) {
    add_image(image, repository, what, cancel);
  }
  return image;
}

RegistryImage inspect_reference(const oci::Reference& name, const PushOutput& how,
                                const context::GlobalFlags& docker, World& world,
                                const CancelToken& cancel) {
  const auto repository = open_registry(name, how, docker, world, cancel);
  return inspect_registry(*repository, name, cancel);
}

} // namespace nixbuild::pipeline
