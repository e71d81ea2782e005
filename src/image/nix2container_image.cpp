#include "image/nix2container_image.hpp"

#include "archive/decompress.hpp"
#include "archive/file.hpp"
#include "image/file_layer.hpp"
#include "image/layer_limit.hpp"
#include "image/layer_media_type.hpp"
#include "image/nix2container_config.hpp"
#include "image/nix2container_layer.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <array>
#include <utility>

namespace nixbuild::image {

namespace fs = std::filesystem;
using archive::Compression;

namespace {

// A closure of ten thousand paths, each with permissions, has some 4 MiB.
constexpr std::size_t largest_json = std::size_t{16} << 20U;

std::shared_ptr<const archive::File> open_file(const fs::path& path) {
  return archive::File::open(path);
}

// A layer on the way from the JSON to the image.
struct Draft {
  std::shared_ptr<const LayerContent> content;
  Compression compression = Compression::none;
  oci::Digest recorded_diff_id;
  LayerDigest recorded; // of the bytes that `content` writes
  std::vector<std::string> paths;
};

class Reader {
public:
  Reader(fs::path file, const NixStore& store)
      : file_(std::move(file))
      , store_(store)
      , json_(parse_nix2container_json(read_file(file_, largest_json), file_)) {
    require_layer_count(json_.layers.size(), file_.string(), "in nix2container, lower maxLayers");
  }

  [[nodiscard]] const Nix2ContainerJson& json() const { return json_; }

  [[nodiscard]] std::vector<Draft> drafts() const {
    std::vector<Draft> drafts;
    drafts.reserve(json_.layers.size());
    for (std::size_t i = 0; i < json_.layers.size(); ++i) {
      with_frame(format("reading layer {} of {}", i + 1, file_.string()),
                 [&] { drafts.push_back(draft(json_.layers[i])); });
    }
    return drafts;
  }

private:
  [[nodiscard]] Draft draft(const Nix2ContainerLayerJson& layer) const {
    return layer.file.empty() ? made_layer(layer) : ready_layer(layer);
  }

  [[nodiscard]] Draft made_layer(const Nix2ContainerLayerJson& layer) const {
    if (layer.paths.empty()) {
      throw Error(ErrorKind::corrupt,
                  format("a layer of {} has neither paths nor a file", file_.string()));
    }
    std::vector<std::string> paths;
    paths.reserve(layer.paths.size());
    for (const Nix2ContainerPath& path : layer.paths) {
      store_.require_store_path(path.path);
      paths.push_back(path.path);
    }
    return {.content = nix2container_layer(layer.paths, store_.root),
            .recorded_diff_id = digest(layer.diff_id),
            .recorded = {.diff_id = digest(layer.digest), .size = layer.size},
            .paths = std::move(paths)};
  }

  [[nodiscard]] Draft ready_layer(const Nix2ContainerLayerJson& layer) const {
    const fs::path on_disk = store_.locate(layer.file);
    const auto file = open_file(on_disk);
    std::array<std::byte, archive::compression_magic_size> first{};
    const std::size_t length = file->read_at(0, first);
    // The media type of the JSON is not asked: it may be wrong, and engines believe it.
    const Compression compression = archive::detect_compression(std::span(first).first(length));
    if (compression == Compression::xz) {
      throw Error(
          ErrorKind::corrupt,
          format("the layer {} is compressed by xz, which engines do not read", on_disk.string()));
    }
    return {.content = file_layer(on_disk, format("file in the store\n{}\n", layer.file)),
            .compression = compression,
            .recorded_diff_id = digest(layer.diff_id),
            .recorded = {.diff_id = digest(layer.digest), .size = file->size()},
            .paths = {layer.file}};
  }

  [[nodiscard]] oci::Digest digest(const std::string& text) const {
    auto digest = oci::Digest::parse(text);
    if (!digest) {
      throw Error(ErrorKind::corrupt, format("{}: the digest '{}' of a layer is not valid: {}",
                                             file_.string(), text, digest.error()));
    }
    return *std::move(digest);
  }

  fs::path file_;
  const NixStore& store_;
  Nix2ContainerJson json_;
};

std::vector<LayerDigest> digests_of(const std::vector<Draft>& drafts, DigestTrust trust,
                                    DigestCache& cache, progress::Reporter& reporter,
                                    const CancelToken& cancel) {
  std::vector<LayerDigest> digests;
  if (trust == DigestTrust::remembered) {
    for (const Draft& draft : drafts)
      digests.push_back(cache.find(draft.content->identity()).value_or(draft.recorded));
    return digests;
  }
  std::vector<std::shared_ptr<const LayerContent>> contents;
  contents.reserve(drafts.size());
  for (const Draft& draft : drafts)
    contents.push_back(draft.content);
  return digest_layers(contents, cache, reporter, cancel, trust);
}

Layer layer_of(Draft draft, const LayerDigest& digest) {
  const bool differs = digest.diff_id != draft.recorded.diff_id;
  // Of a compressed file the recorded diff ID can be neither checked nor corrected.
  if (differs && draft.compression != Compression::none) {
    throw Error(ErrorKind::corrupt,
                format("the layer {} has the digest {}, and {} was recorded", draft.paths.front(),
                       digest.diff_id.str(), draft.recorded.diff_id.str()))
        .with_hint("the store may be damaged: nix store verify --repair");
  }
  const bool plain = draft.compression == Compression::none;
  return {.diff_id = plain ? digest.diff_id : draft.recorded_diff_id,
          .digest = digest.diff_id,
          .size = digest.size,
          .media_type = std::string(layer_media_type(draft.compression)),
          .content = std::move(draft.content),
          .origins = std::move(draft.paths)};
}

} // namespace

bool is_nix2container_image(const fs::path& file) {
  std::error_code problem;
  if (!fs::is_regular_file(file, problem)) return false;
  const auto open = open_file(file);
  std::byte first{};
  if (open->size() > largest_json || open->read_at(0, std::span(&first, 1)) == 0) return false;
  return first == std::byte{'{'} && is_nix2container_json(read_file(file, largest_json));
}

Image nix2container_image(const fs::path& file, const NixStore& store, DigestTrust trust,
                          DigestCache& cache, progress::Reporter& reporter,
                          const CancelToken& cancel) {
  const Reader reader(file, store);
  std::vector<Draft> drafts = reader.drafts();
  for (const Draft& draft : drafts)
    store.require_present(draft.paths);
  const std::vector<LayerDigest> digests = digests_of(drafts, trust, cache, reporter, cancel);

  std::vector<Layer> layers;
  std::vector<std::string> diff_ids;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    const oci::Digest recorded = drafts[i].recorded_diff_id;
    layers.push_back(layer_of(std::move(drafts[i]), digests[i]));
    diff_ids.push_back(layers.back().diff_id.str());
    if (layers.back().diff_id != recorded) {
      notice(reporter, progress::Notice::Level::warning,
             format("layer {} of {} is {}, while nix2container recorded {}: the image gets the "
                    "right one, and so another ID than nix2container gives it",
                    i + 1, file.string(), diff_ids.back(), recorded.str()));
    }
  }
  std::string config = nix2container_config(reader.json(), diff_ids);
  oci::Digest config_digest = oci::Digest::of(config);
  return {.config = std::move(config),
          .config_digest = std::move(config_digest),
          .platform = oci::Platform::normalised("linux", reader.json().architecture, ""),
          .layers = std::move(layers),
          .names = {}};
}

} // namespace nixbuild::image
