#include "sink/image_file.hpp"

#include "image/layer_media_type.hpp"
#include "oci/manifest.hpp"
#include "sink/file_output.hpp"
#include "sink/file_tree.hpp"
#include "sink/image_manifests.hpp"
#include "sink/layout_metadata.hpp"
#include "sink/layout_output.hpp"
#include "sink/stored_layer.hpp"
#include "sink/storing_progress.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <map>
#include <string_view>
#include <utility>

namespace nixbuild::sink {

namespace {

// One image, or one for several platforms, on its way into an image layout.
class Layout {
public:
  Layout(const FileOptions& options, LayoutOutput& out, StoringProgress& progress,
         const CancelToken& cancel)
      : options_(options)
      , form_{.compression = options.compression, .force = options.force_compression}
      , out_(out)
      , progress_(progress)
      , cancel_(cancel) {}

  void write(const image::ImageSet& images, const std::vector<oci::Reference>& names) {
    std::vector<StoredLayers> layers;
    for (const image::PlatformImage& platform : images) {
      StoredLayers& stored = layers.emplace_back();
      for (const image::Layer& layer : platform.image.layers)
        stored.push_back(add(layer));
    }
    const ImageManifests manifests = image_manifests(
        images, layers, names, options_.manifest_annotations, options_.index_annotations);
    for (const TextBlob& blob : manifests.blobs)
      add_text(blob.descriptor.digest, blob.text);
    for (const image::ImageManifest& manifest : manifests.manifests)
      add_text(manifest.digest, manifest.text);
    add_text(manifests.top.digest, manifests.top.text);
    out_.add_file("oci-layout", oci_layout_file);
    if (options_.format == FileFormat::docker) {
      std::vector<std::string> files;
      for (const oci::Descriptor& layer : layers.front())
        files.push_back(blob_name(layer.digest));
      out_.add_file("manifest.json",
                    docker_manifest(blob_name(images.front().image.config_digest), files, names));
    }
    out_.add_file("index.json", index_of(manifests, images, names));
    out_.finish();
  }

private:
  oci::Descriptor add(const image::Layer& layer) {
    const auto known = added_.find(layer.digest);
    if (known != added_.end()) return known->second;
    return added_.emplace(layer.digest, write(layer)).first->second;
  }

  oci::Descriptor write(const image::Layer& layer) {
    const auto progress = [&](std::uint64_t bytes) { progress_.read(layer, bytes); };
    if (stays_as_it_is(layer, form_)) {
      out_.add_blob(layer.digest, layer.size,
                    [&](archive::Sink& sink) { write_as_it_is(layer, sink, progress, cancel_); });
      return {.media_type = layer.media_type, .digest = layer.digest, .size = layer.size};
    }
    const StoredBlob blob = out_.add_new_blob([&](archive::Sink& sink) {
      write_compressed(layer, form_.compression, sink, progress, cancel_);
    });
    return {.media_type = std::string(image::layer_media_type(form_.compression)),
            .digest = blob.digest,
            .size = blob.size};
  }

  void add_text(const oci::Digest& digest, const std::string& text) {
    out_.add_blob(digest, text.size(),
                  [&](archive::Sink& sink) { sink.write(std::as_bytes(std::span(text))); });
  }

  // One entry for each name, as BuildKit's exporter has it.
  static std::string index_of(const ImageManifests& manifests, const image::ImageSet& images,
                              const std::vector<oci::Reference>& names) {
    oci::Descriptor entry{.media_type = manifests.top.media_type,
                          .digest = manifests.top.digest,
                          .size = manifests.top.text.size()};
    if (manifests.manifests.empty()) entry.platform = images.front().image.platform;
    std::vector<oci::Descriptor> entries;
    for (const oci::Reference& name : names) {
      entry.annotations["io.containerd.image.name"] = name.str();
      entry.annotations["org.opencontainers.image.ref.name"] = name.tag();
      entries.push_back(entry);
    }
    if (entries.empty()) entries.push_back(entry);
    return oci::index_json(entries);
  }

  const FileOptions& options_;
  LayerForm form_;
  LayoutOutput& out_;
  StoringProgress& progress_;
  const CancelToken& cancel_;
  std::map<oci::Digest, oci::Descriptor> added_; // by the digest that the layer came with
};

void require_fit(const image::ImageSet& images, const FileOptions& options) {
  if (options.format == FileFormat::docker && images.size() > 1) {
    throw Error(ErrorKind::invalid_input,
                format("a docker-archive cannot hold an image for {} platforms", images.size()))
        .with_hint("write it as an OCI image layout (type=oci), or for a single platform");
  }
}

template <class Work>
void as_writing(const std::vector<oci::Reference>& names, progress::Reporter& reporter,
                const Work& work) {
  const std::string name = names.empty() ? "image" : names.front().familiar();
  progress::as_step(reporter, format("write {}", name), [&](progress::Step& step) {
    StoringProgress progress(step, "writing");
    work(progress);
  });
}

} // namespace

void write_image_tar(const image::ImageSet& images, const std::vector<oci::Reference>& names,
                     const FileOptions& options, archive::Sink& out, progress::Reporter& reporter,
                     const CancelToken& cancel) {
  require_fit(images, options);
  as_writing(names, reporter, [&](StoringProgress& progress) {
    if (options.format == FileFormat::tar) {
      TarFiles files(out);
      write_files(images, files, progress, cancel);
      return files.finish();
    }
    TarLayout layout(out);
    Layout(options, layout, progress, cancel).write(images, names);
  });
}

void write_image_folder(const image::ImageSet& images, const std::vector<oci::Reference>& names,
                        const FileOptions& options, const std::filesystem::path& folder,
                        progress::Reporter& reporter, const CancelToken& cancel) {
  require_fit(images, options);
  as_writing(names, reporter, [&](StoringProgress& progress) {
    if (options.format == FileFormat::tar) {
      FolderFiles files(folder, reporter);
      write_files(images, files, progress, cancel);
      return files.finish();
    }
    FolderLayout layout(folder);
    Layout(options, layout, progress, cancel).write(images, names);
  });
}

} // namespace nixbuild::sink
