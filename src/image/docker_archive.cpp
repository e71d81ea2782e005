#include "image/docker_archive.hpp"

#include "image/archive_index.hpp"
#include "image/archived_layer.hpp"
#include "image/docker_manifest.hpp"
#include "image/file_errors.hpp"
#include "image/layer_limit.hpp"
#include "image/layer_media_type.hpp"
#include "oci/image_config.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <array>
#include <map>

namespace nixbuild::image {

using archive::Compression;
using archive::DecompressedFile;

namespace {

constexpr std::string_view manifest_name = "manifest.json";
constexpr std::size_t largest_manifest = std::size_t{4} << 20U;
constexpr std::size_t largest_configs = std::size_t{32} << 20U; // of all images together

class DockerArchive {
public:
  DockerArchive(std::shared_ptr<const DecompressedFile> file, const ArchiveIndex& index,
                const CancelToken& cancel)
      : file_(std::move(file))
      , index_(index)
      , cancel_(cancel) {}

  std::vector<Image> images() {
    require_manifest();
    index_.require_contained();
    std::vector<Image> images;
    std::size_t config_bytes = 0;
    for (const DockerManifestItem& item :
         parse_docker_manifest(index_.read(manifest_name, largest_manifest, cancel_))) {
      images.push_back(image(item));
      config_bytes += images.back().config.size();
      if (config_bytes > largest_configs) {
        throw Error(ErrorKind::corrupt, format("the configs of its images are larger than {}",
                                               format_bytes(largest_configs)));
      }
    }
    return images;
  }

private:
  void require_manifest() const {
    if (index_.contains(manifest_name)) return;
    if (index_.contains("oci-layout")) {
      throw Error(ErrorKind::corrupt, "it is an OCI image layout without a manifest.json")
          .with_hint("convert it: skopeo copy oci-archive:FILE docker-archive:NEW_FILE");
    }
    throw Error(ErrorKind::corrupt, "it is a tar archive without images: it has no manifest.json")
        .with_hint("an image archive is what `docker save` and nixpkgs' dockerTools write");
  }

  Image image(const DockerManifestItem& item) {
    std::string text = index_.read(item.config, oci::largest_image_config, cancel_);
    oci::ImageConfig config = oci::parse_image_config(text, item.config);
    check_layer_count(item, config);
    oci::Digest config_digest = oci::Digest::of(text);
    Image image{.config = std::move(text),
                .config_digest = std::move(config_digest),
                .platform = std::move(config.platform),
                .layers = {},
                .names = item.tags};
    for (std::size_t i = 0; i < item.layers.size(); ++i)
      image.layers.push_back(layer(item.layers[i], config.diff_ids[i]));
    return image;
  }

  static void check_layer_count(const DockerManifestItem& item, const oci::ImageConfig& config) {
    const std::size_t count = item.layers.size();
    if (count != config.diff_ids.size()) {
      throw Error(ErrorKind::corrupt,
                  format("manifest.json names {} layers, but the config {} has {} diff IDs", count,
                         item.config, config.diff_ids.size()));
    }
    if (count == 0) throw Error(ErrorKind::corrupt, "its image has no layers");
    if (count > most_layers) {
      throw Error(ErrorKind::corrupt, format("its image has {} layers, and engines take {} at most",
                                             count, most_layers))
          .with_hint("build it with fewer layers: in dockerTools, set maxLayers");
    }
  }

  Layer layer(const std::string& name, const oci::Digest& diff_id) {
    const ArchiveMember& member = index_.file(name);
    const MemberContent& content = examine(name, member);
    if (content.compression == Compression::xz) {
      throw Error(ErrorKind::corrupt,
                  format("its layer '{}' is compressed by xz, which OCI does not allow", name))
          .with_hint("store the layers uncompressed, and compress the whole archive");
    }
    return {.diff_id = diff_id,
            .digest = content.digest.value_or(diff_id),
            .size = member.size,
            .media_type = std::string(layer_media_type(content.compression)),
            .content = archived_layer(file_, member.offset, member.size),
            .origins = {name}};
  }

  // Several images may share a layer, and looking at one may mean to read it.
  const MemberContent& examine(const std::string& name, const ArchiveMember& member) {
    const auto known = contents_.find(&member);
    if (known != contents_.end()) return known->second;
    return contents_.emplace(&member, index_.examine(name, cancel_)).first->second;
  }

  std::shared_ptr<const DecompressedFile> file_;
  const ArchiveIndex& index_;
  const CancelToken& cancel_;
  std::map<const ArchiveMember*, MemberContent> contents_;
};

} // namespace

bool looks_like_archive(const std::filesystem::path& file) {
  const auto open = archive::File::open(file);
  std::array<std::byte, archive::tar_block_size> block{};
  const std::size_t size = open->read_at(0, block);
  const auto first = std::span(block).first(size);
  if (archive::detect_compression(first) != Compression::none) return true;
  return size == block.size() && archive::decode_tar_header(block).has_value();
}

std::vector<Image> docker_archive_images(std::shared_ptr<const DecompressedFile> file,
                                         const ArchiveIndex& index, const CancelToken& cancel) {
  return DockerArchive(std::move(file), index, cancel).images();
}

std::vector<Image> read_docker_archive(const std::filesystem::path& file,
                                       const CancelToken& cancel) {
  const auto bytes = std::make_shared<const DecompressedFile>(file);
  return naming_file(
      file, [&] { return docker_archive_images(bytes, ArchiveIndex(bytes, cancel), cancel); });
}

} // namespace nixbuild::image
