#include "sink/index_load.hpp"

#include "archive/tar_writer.hpp"
#include "oci/manifest.hpp"
#include "sink/layout_metadata.hpp"
#include "sink/load_request.hpp"
#include "sink/load_tar.hpp"
#include "sink/naming.hpp"
#include "sink/tidying.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace nixbuild::sink {

namespace {

using engine::ImageDetails;

// A tar's members in order: name and content.
using Members = std::vector<std::pair<std::string, std::string>>;

oci::Descriptor described(const image::Image& image) {
  const image::ImageManifest manifest = manifest_of(image);
  return {.media_type = manifest.media_type,
          .digest = manifest.digest,
          .size = manifest.text.size(),
          .platform = image.platform};
}

std::string index_of(const std::vector<image::Image>& images) {
  std::vector<oci::Descriptor> manifests;
  manifests.reserve(images.size());
  for (const image::Image& image : images)
    manifests.push_back(described(image));
  return oci::index_json(manifests);
}

// The engine has all else.
Members members_of(const std::string& index) {
  const oci::Descriptor entry{.media_type = std::string(oci::media_type::index),
                              .digest = oci::Digest::of(index),
                              .size = index.size()};
  return {{blob_name(entry.digest), index},
          {"oci-layout", std::string(oci_layout_file)},
          {"index.json", oci::index_json(std::span(&entry, 1))}};
}

std::uint64_t size_of(const Members& members) {
  std::uint64_t size = archive::tar_end_size;
  for (const auto& [name, content] : members)
    size += archive::tar_member_size({.name = name, .size = content.size()});
  return size;
}

std::uint64_t send(const std::string& index, engine::Engine& engine, const CancelToken& cancel) {
  const Members members = members_of(index);
  const std::uint64_t size = size_of(members);
  (void)engine.load_images({.size = size,
                            .write =
                                [&](archive::Sink& sink) {
                                  archive::TarWriter tar(sink);
                                  for (const auto& [name, content] : members)
                                    tar.add(name, content);
                                  tar.finish();
                                },
                            .platform = {},
                            .on_layer = {}},
                           cancel);
  return size;
}

// Removes, when it goes, the nameless images that the platforms came as.
class PlatformImages {
public:
  explicit PlatformImages(engine::Engine& engine) : engine_(engine) {}
  PlatformImages(const PlatformImages&) = delete;
  PlatformImages& operator=(const PlatformImages&) = delete;
  ~PlatformImages() {
    tidy_up(engine_, [&](engine::Engine& brisk) {
      for (const std::string& id : brought_) {
        const auto image = brisk.inspect_image(id, {});
        if (image && image->repo_tags.empty()) (void)brisk.remove_image(id, {});
      }
    });
  }

  void bring(const image::Image& image, const LoadOptions& options, progress::Reporter& reporter,
             IndexLoadReport& report, const CancelToken& cancel) {
    const std::string id = image_id(image, engine_.facts(cancel).store);
    if (!engine_.inspect_image(id, cancel)) brought_.insert(id);
    LoadOptions nameless = options;
    nameless.remove_replaced = false;
    nameless.stable_order = false;
    nameless.step = format("load {}", image.platform.str());
    report.sent_bytes +=
        load_into_engine(image, {}, nameless, engine_, reporter, cancel).sent_bytes;
  }

private:
  engine::Engine& engine_;
  std::set<std::string> brought_;
};

// The engine itself does not miss the layers of a platform that it does not run.
bool has_all_blobs(const std::vector<image::Image>& images, engine::Engine& engine,
                   const CancelToken& cancel) {
  std::vector<oci::Digest> blobs;
  for (const image::Image& image : images) {
    blobs.push_back(manifest_digest(image));
    blobs.push_back(image.config_digest);
    for (const image::Layer& layer : image.layers)
      blobs.push_back(layer.digest);
  }
  const auto present = engine.present_blobs(blobs, cancel);
  return present && std::ranges::all_of(
                        blobs, [&](const oci::Digest& blob) { return present->contains(blob); });
}

ImageDetails bring_index(const std::vector<image::Image>& images, const LoadOptions& options,
                         const std::string& index, engine::Engine& engine, progress::Step& step,
                         progress::Reporter& reporter, IndexLoadReport& report,
                         const CancelToken& cancel) {
  auto known = engine.inspect_image(report.image_id, cancel);
  if (known && has_all_blobs(images, engine, cancel)) {
    step.cached();
    return *std::move(known);
  }
  PlatformImages platforms(engine);
  for (const image::Image& image : images)
    platforms.bring(image, options, reporter, report, cancel);
  if (auto there = engine.inspect_image(report.image_id, cancel)) return *std::move(there);
  report.sent_bytes += send(index, engine, cancel);
  if (auto there = engine.inspect_image(report.image_id, cancel)) return *std::move(there);
  throw Error(ErrorKind::refused, format("the engine took the image for {} platforms and then "
                                         "does not have it ({})",
                                         images.size(), report.image_id));
}

} // namespace

bool keeps_indexes(engine::ImageStore store) {
  return store == engine::ImageStore::containerd;
}

IndexLoadReport load_index(const std::vector<image::Image>& images,
                           const std::vector<oci::Reference>& names, const LoadOptions& options,
                           engine::Engine& engine, progress::Reporter& reporter,
                           const CancelToken& cancel) {
  const std::string index = index_of(images);
  IndexLoadReport report{.image_id = oci::Digest::of(index).str()};
  const std::string name = names.empty() ? "image" : names.front().familiar();
  progress::as_step(reporter, format("load {}", name), [&](progress::Step& step) {
    const ImageDetails there =
        bring_index(images, options, index, engine, step, reporter, report, cancel);
    (void)give_names(there, names, options.remove_replaced ? Replaced::remove : Replaced::keep,
                     engine, cancel);
  });
  return report;
}

} // namespace nixbuild::sink
