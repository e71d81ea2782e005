#include "image/docker_tools_image.hpp"

#include "archive/file.hpp"
#include "image/docker_archive.hpp"
#include "image/docker_tools_conf.hpp"
#include "image/docker_tools_config.hpp"
#include "image/file_layer.hpp"
#include "image/layer_limit.hpp"
#include "image/store_layer.hpp"
#include "oci/manifest.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <optional>
#include <span>
#include <utility>

namespace nixbuild::image {

namespace fs = std::filesystem;

namespace {

// A closure of ten thousand paths has some 1 MiB.
constexpr std::size_t largest_conf = std::size_t{16} << 20U;

std::optional<Image> base_image(const DockerToolsConf& conf, const NixStore& store,
                                const CancelToken& cancel) {
  if (conf.from_image.empty()) return std::nullopt;
  return with_frame(format("reading the base image {}", conf.from_image), [&] {
    return read_docker_archive(store.locate(conf.from_image), cancel).front();
  });
}

void require_paths(const DockerToolsConf& conf, const NixStore& store) {
  std::vector<std::string> paths{conf.customisation_layer};
  for (const std::vector<std::string>& layer : conf.store_layers)
    paths.insert(paths.end(), layer.begin(), layer.end());
  store.require_present(paths);
}

std::vector<Layer> store_layers(const DockerToolsConf& conf, const NixStore& store,
                                DigestTrust trust, DigestCache& cache, progress::Reporter& reporter,
                                const CancelToken& cancel) {
  std::vector<std::shared_ptr<const LayerContent>> contents;
  contents.reserve(conf.store_layers.size());
  for (const std::vector<std::string>& paths : conf.store_layers)
    contents.push_back(docker_tools_layer(paths, conf.owner, store.root));
  const std::vector<LayerDigest> digests = digest_layers(contents, cache, reporter, cancel, trust);
  std::vector<Layer> layers = plain_layers(std::move(contents), digests);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    layers[i].origins = conf.store_layers[i];
    layers[i].movable = true;
  }
  return layers;
}

// What dockerTools' derivation <name>-customisation-layer holds: the tar, and its SHA-256 in hex.
oci::Digest recorded_checksum(const fs::path& file) {
  std::string hex = read_file(file, 1024);
  while (!hex.empty() && (hex.back() == '\n' || hex.back() == ' '))
    hex.pop_back();
  auto digest = oci::Digest::parse("sha256:" + hex);
  if (!digest) {
    throw Error(ErrorKind::corrupt, format("{} does not hold a SHA-256 digest", file.string()));
  }
  return *std::move(digest);
}

void require_checksum(const fs::path& tar, const Layer& layer, DigestCache& cache,
                      progress::Reporter& reporter, const CancelToken& cancel) {
  const oci::Digest actual =
      digest_layers({layer.content}, cache, reporter, cancel, DigestTrust::bytes).front().diff_id;
  if (actual == layer.digest) return;
  throw Error(ErrorKind::corrupt, format("{} has the digest {}, and its checksum is {}",
                                         tar.string(), actual.str(), layer.digest.str()))
      .with_hint("the store is damaged there: nix-store --repair-path can mend it");
}

Layer customisation_layer(const DockerToolsConf& conf, const NixStore& store, DigestTrust trust,
                          DigestCache& cache, progress::Reporter& reporter,
                          const CancelToken& cancel) {
  const fs::path tar = store.locate(conf.customisation_layer + "/layer.tar");
  const oci::Digest checksum =
      recorded_checksum(store.locate(conf.customisation_layer + "/checksum"));
  Layer layer{.diff_id = checksum,
              .digest = checksum,
              .size = archive::File::open(tar)->size(),
              .media_type = std::string(oci::media_type::layer),
              .content = file_layer(tar),
              .origins = {conf.customisation_layer}};
  if (trust == DigestTrust::bytes) require_checksum(tar, layer, cache, reporter, cancel);
  return layer;
}

oci::Reference name_of(const DockerToolsConf& conf, const fs::path& file) {
  auto name = oci::Reference::parse(conf.repo_tag);
  if (!name) {
    throw Error(ErrorKind::corrupt, format("{}: \"repo_tag\" is '{}', which is no image name: {}",
                                           file.string(), conf.repo_tag, name.error()));
  }
  return *std::move(name);
}

} // namespace

bool is_docker_tools_conf(const fs::path& file) {
  std::error_code problem;
  if (!fs::is_regular_file(file, problem)) return false;
  const auto open = archive::File::open(file);
  std::byte first{};
  if (open->size() > largest_conf || open->read_at(0, std::span(&first, 1)) == 0) return false;
  return first == std::byte{'{'} && is_docker_tools_conf_json(read_file(file, largest_conf));
}

Image docker_tools_image(const fs::path& file, const NixStore& store, DigestTrust trust,
                         DigestCache& cache, progress::Reporter& reporter,
                         const CancelToken& cancel) {
  const DockerToolsConf conf =
      parse_docker_tools_conf(read_file(file, largest_conf), file, store, reporter.now());
  const oci::Reference name = name_of(conf, file);
  const std::optional<Image> base = base_image(conf, store, cancel);
  std::vector<Layer> layers = base ? base->layers : std::vector<Layer>();
  require_layer_count(layers.size() + conf.store_layers.size() + 1, file.string(),
                      "in dockerTools, lower maxLayers");
  require_paths(conf, store);
  std::ranges::move(store_layers(conf, store, trust, cache, reporter, cancel),
                    std::back_inserter(layers));
  layers.push_back(customisation_layer(conf, store, trust, cache, reporter, cancel));

  std::string config = docker_tools_config(conf, layers, base ? base->config : "");
  oci::Digest config_digest = oci::Digest::of(config);
  return {.config = std::move(config),
          .config_digest = std::move(config_digest),
          .platform = oci::Platform::normalised("linux", conf.architecture, conf.variant),
          .layers = std::move(layers),
          .names = {name}};
}

} // namespace nixbuild::image
