#include "sink/image_manifests.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace json = boost::json;

namespace nixbuild::sink {

namespace {

constexpr std::string_view in_toto = "application/vnd.in-toto+json";

image::ImageManifest stored(std::string text, std::string_view media_type) {
  oci::Digest digest = oci::Digest::of(text);
  return {
      .text = std::move(text), .media_type = std::string(media_type), .digest = std::move(digest)};
}

oci::Descriptor describe(const image::ImageManifest& manifest) {
  return {
      .media_type = manifest.media_type, .digest = manifest.digest, .size = manifest.text.size()};
}

TextBlob text_blob(std::string text, std::string_view media_type) {
  return {.descriptor = {.media_type = std::string(media_type),
                         .digest = oci::Digest::of(text),
                         .size = text.size()},
          .text = std::move(text)};
}

bool has_these_layers(const image::Image& image, const StoredLayers& layers) {
  return std::ranges::equal(image.layers, layers, {}, &image::Layer::digest,
                            &oci::Descriptor::digest);
}

// A package URL (package-url/purl-spec, type docker).
std::string package_url(const oci::Reference& name, const oci::Platform& platform) {
  std::string escaped;
  for (const char c : platform.str()) {
    if (c == '/') {
      escaped += "%2F";
    } else {
      escaped += c;
    }
  }
  return format("pkg:docker/{}@{}?platform={}", name.familiar_repository(), name.tag(), escaped);
}

std::string statement(const image::Attestation& attestation, const oci::Digest& subject,
                      const std::vector<std::string>& subject_names) {
  json::array subjects;
  for (const std::string& name : subject_names)
    subjects.push_back(json::object{
        {"name", name}, {"digest", json::object{{"sha256", std::string(subject.hex())}}}});
  std::string text = json::serialize(json::object{{"_type", "https://in-toto.io/Statement/v0.1"},
                                                  {"predicateType", attestation.predicate_type},
                                                  {"subject", std::move(subjects)}});
  text.pop_back();
  return format("{},\"predicate\":{}}}", text, attestation.predicate);
}

class Builder {
public:
  Builder(const std::vector<oci::Reference>& names, const oci::Annotations& annotations)
      : names_(names)
      , annotations_(annotations) {}

  void add_image(const image::Image& image, const StoredLayers& layers) {
    TextBlob config = text_blob(image.config, oci::media_type::config);
    if (image.manifest && annotations_.empty() && has_these_layers(image, layers)) {
      made_.manifests.push_back(*image.manifest);
    } else {
      made_.manifests.push_back(stored(oci::manifest_json(config.descriptor, layers, annotations_),
                                       oci::media_type::manifest));
    }
    add(std::move(config));
    entries_.push_back(describe(made_.manifests.back()));
    entries_.back().platform = image.platform;
  }

  void add_attestations(const image::PlatformImage& image, const oci::Digest& subject) {
    std::vector<std::string> subject_names;
    subject_names.reserve(names_.size());
    for (const oci::Reference& name : names_)
      subject_names.push_back(package_url(name, image.image.platform));
    if (subject_names.empty()) subject_names.emplace_back("_");

    StoredLayers layers;
    json::array diff_ids;
    for (const image::Attestation& attestation : image.attestations) {
      TextBlob blob = text_blob(statement(attestation, subject, subject_names), in_toto);
      layers.push_back(blob.descriptor);
      layers.back().annotations.emplace("in-toto.io/predicate-type", attestation.predicate_type);
      diff_ids.emplace_back(blob.descriptor.digest.str());
      add(std::move(blob));
    }
    TextBlob config = text_blob(
        json::serialize(json::object{
            {"architecture", "unknown"},
            {"os", "unknown"},
            {"config", json::object()},
            {"rootfs", json::object{{"type", "layers"}, {"diff_ids", std::move(diff_ids)}}}}),
        oci::media_type::config);
    made_.manifests.push_back(
        stored(oci::manifest_json(config.descriptor, layers), oci::media_type::manifest));
    add(std::move(config));
    entries_.push_back(describe(made_.manifests.back()));
    entries_.back().annotations = {{"vnd.docker.reference.type", "attestation-manifest"},
                                   {"vnd.docker.reference.digest", subject.str()}};
    entries_.back().platform = oci::Platform{.os = "unknown", .architecture = "unknown"};
  }

  [[nodiscard]] const oci::Descriptor& entry(std::size_t index) const { return entries_.at(index); }

  [[nodiscard]] ImageManifests as_index(const oci::Annotations& annotations) && {
    made_.top = stored(oci::index_json(entries_, annotations), oci::media_type::index);
    return std::move(made_);
  }
  [[nodiscard]] ImageManifests as_image() && {
    made_.top = std::move(made_.manifests.front());
    made_.manifests.clear();
    return std::move(made_);
  }

private:
  void add(TextBlob blob) {
    if (known_.insert(blob.descriptor.digest).second) made_.blobs.push_back(std::move(blob));
  }

  const std::vector<oci::Reference>& names_;
  const oci::Annotations& annotations_;
  ImageManifests made_{.blobs = {}, .manifests = {}, .top = stored({}, {})};
  std::vector<oci::Descriptor> entries_;
  std::set<oci::Digest> known_;
};

} // namespace

ImageManifests image_manifests(const image::ImageSet& images,
                               const std::vector<StoredLayers>& layers,
                               const std::vector<oci::Reference>& names,
                               const oci::Annotations& manifest_annotations,
                               const oci::Annotations& index_annotations) {
  Builder builder(names, manifest_annotations);
  bool attested = false;
  for (std::size_t i = 0; i < images.size(); ++i) {
    builder.add_image(images[i].image, layers.at(i));
    attested = attested || !images[i].attestations.empty();
  }
  if (images.size() == 1 && !attested) {
    if (!index_annotations.empty()) {
      throw Error(ErrorKind::invalid_input, "there is no index to annotate")
          .with_hint("an image for a single platform has one only with attestations; annotate "
                     "its manifest");
    }
    return std::move(builder).as_image();
  }
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (images[i].attestations.empty()) continue;
    const oci::Digest subject = builder.entry(i).digest;
    builder.add_attestations(images[i], subject);
  }
  return std::move(builder).as_index(index_annotations);
}

} // namespace nixbuild::sink
