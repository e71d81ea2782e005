#include "sink/missing_layers.hpp"

#include "archive/compression.hpp"
#include "archive/text_sink.hpp"
#include "sink/load_tar.hpp"
#include "sink/prefix_image.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace nixbuild::sink {

namespace {

using engine::ImageStore;

// The layers for which `lacking` says yes, each blob once.
template <class Predicate>
LoadPlan layers_where(const image::Image& image, const Predicate& lacking) {
  LoadPlan plan;
  std::set<oci::Digest> planned;
  for (std::size_t i = 0; i < image.layers.size(); ++i) {
    if (!lacking(i) || !planned.insert(image.layers[i].digest).second) continue;
    plan.layers.push_back(i);
    plan.layer_bytes += image.layers[i].size;
  }
  return plan;
}

LoadPlan everything(const image::Image& image, progress::Reporter& reporter, std::string_view why) {
  progress::notice(reporter, progress::Notice::Level::info, format("sending all layers: {}", why));
  return full_load(image);
}

// The layer whose file (sink/load_tar.hpp) an engine could not open:
// "open /var/lib/docker/tmp/docker-import-123/17: no such file or directory", or "openat 17: …".
std::optional<std::size_t> first_missing(const image::Image& image, std::string_view daemon_text) {
  const std::size_t end = daemon_text.rfind(": no such file");
  if (end == std::string_view::npos) return std::nullopt;
  const std::size_t begin = daemon_text.find_last_of("/ ", end) + 1;
  const char* const last = daemon_text.data() + end;
  std::size_t index = 0;
  const auto parsed = std::from_chars(daemon_text.data() + begin, last, index);
  const bool is_number = parsed.ec == std::errc() && parsed.ptr == last;
  return is_number && index < image.layers.size() ? std::optional(index) : std::nullopt;
}

// Where the image that has the name now has all but a few bytes of the layers: these, without a
// probe. Should other images have them too, they are sent in vain; that is quicker than asking.
std::optional<LoadPlan> by_previous_image(const image::Image& image,
                                          const std::vector<oci::Reference>& names,
                                          engine::Engine& engine, const CancelToken& cancel) {
  constexpr std::uint64_t few_bytes = std::uint64_t{8} << 20U;
  if (names.empty()) return std::nullopt;
  const auto previous = engine.inspect_image(names.front().str(), cancel);
  if (!previous) return std::nullopt;
  const auto differ =
      std::ranges::mismatch(image.layers, previous->diff_ids, {}, &image::Layer::diff_id);
  const auto common = static_cast<std::size_t>(differ.in1 - image.layers.begin());
  LoadPlan plan = layers_where(image, [&](std::size_t index) { return index >= common; });
  if (common == 0 || plan.layer_bytes > few_bytes) return std::nullopt;
  return plan;
}

// A fifth of the size. All graph drivers read it (moby pkg/archive, DecompressStream).
std::string compressed(const LoadTar& tar) {
  archive::TextSink text;
  const auto gzip = archive::make_compressor(archive::Compression::gzip, text);
  tar.write(*gzip, {}, {});
  gzip->finish();
  return text.text();
}

LoadPlan by_probe(const image::Image& image, engine::Engine& engine, progress::Reporter& reporter,
                  const CancelToken& cancel) {
  LoadPlan nothing;
  const std::string question = compressed(LoadTar(image, nothing, TarForm::docker_archive));
  try {
    (void)engine.load_images(
        {.size = question.size(),
         .write = [&](archive::Sink& sink) { sink.write(std::as_bytes(std::span(question))); }},
        cancel);
    return nothing;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::refused) throw;
    const auto first = first_missing(image, error.detail());
    if (!first) return everything(image, reporter, error.detail());
    return layers_where(image, [&](std::size_t index) { return index >= *first; });
  }
}

// The layers of an image whose blobs are all there and known by their diff IDs.
void add_blobs(const std::optional<engine::ImageDetails>& image, std::set<oci::Digest>& blobs) {
  if (!image || !image->available.value_or(false)) return;
  const auto layers = image->annotations.find(std::string(layers_annotation));
  if (layers == image->annotations.end() || layers->second != layers_uncompressed) return;
  blobs.insert(image->diff_ids.begin(), image->diff_ids.end());
}

LoadPlan by_own_images(const image::Image& image, const std::vector<oci::Reference>& names,
                       engine::Engine& engine, progress::Reporter& reporter,
                       const CancelToken& cancel) {
  std::set<oci::Digest> blobs;
  for (const oci::Reference& name : names)
    add_blobs(engine.inspect_image(name.str(), cancel), blobs);
  for (const engine::LabelledImage& left : engine.images_with_label(prefix_label, cancel))
    add_blobs(engine.inspect_image(left.id, cancel), blobs);
  if (blobs.empty()) return everything(image, reporter, "the engine does not list its blobs");
  return layers_not_in(blobs, image);
}

LoadPlan by_blobs(const image::Image& image, const std::vector<oci::Reference>& names,
                  engine::Engine& engine, progress::Reporter& reporter, const CancelToken& cancel) {
  std::vector<oci::Digest> digests;
  digests.reserve(image.layers.size());
  for (const image::Layer& layer : image.layers)
    digests.push_back(layer.digest);
  const auto present = engine.present_blobs(digests, cancel);
  if (!present) return by_own_images(image, names, engine, reporter, cancel);
  return layers_not_in(*present, image);
}

LoadPlan by_images(const image::Image& image, engine::Engine& engine, const CancelToken& cancel) {
  std::set<oci::Digest> present;
  for (const std::string& id : engine.image_ids(cancel)) {
    const auto details = engine.inspect_image(id, cancel);
    if (details) present.insert(details->diff_ids.begin(), details->diff_ids.end());
  }
  return layers_where(
      image, [&](std::size_t index) { return !present.contains(image.layers[index].diff_id); });
}

} // namespace

LoadPlan layers_not_in(const std::set<oci::Digest>& present, const image::Image& image) {
  return layers_where(
      image, [&](std::size_t index) { return !present.contains(image.layers[index].digest); });
}

LoadPlan missing_layers(const image::Image& image, const std::vector<oci::Reference>& names,
                        engine::Engine& engine, progress::Reporter& reporter,
                        const CancelToken& cancel) {
  switch (engine.facts(cancel).store) {
  case ImageStore::containerd:
    return by_blobs(image, names, engine, reporter, cancel);
  case ImageStore::containers_storage:
    return by_images(image, engine, cancel);
  case ImageStore::graph_driver:
    break;
  }
  if (auto plan = by_previous_image(image, names, engine, cancel)) return *std::move(plan);
  return by_probe(image, engine, reporter, cancel);
}

} // namespace nixbuild::sink
