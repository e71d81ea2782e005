#pragma once

#include "engine/engine.hpp"
#include "image/image.hpp"
#include "sink/load_plan.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace nixbuild::sink {

// An annotation on the descriptor in index.json, which containerd's store keeps with the image:
// with the value "uncompressed", the image's diff IDs are the digests of its layers' blobs.
inline constexpr std::string_view layers_annotation = "docker-nixbuild.layers";
inline constexpr std::string_view layers_uncompressed = "uncompressed";

// The manifest that came with `image`, else the one that its config and layers give.
[[nodiscard]] image::ImageManifest manifest_of(const image::Image& image);

// Who can read a tar. Each says all about every layer, which for an image of 100 layers is 10 to
// 20 KB.
enum class TarForm {
  docker_archive, // graph drivers
  oci_layout,     // containerd, Podman
  both,           // all of them
};

// The form for an engine with `store`. A tar that relies on nothing that the engine has is in both
// forms: it is the last resort, should we be wrong about the store.
[[nodiscard]] TarForm form_for(engine::ImageStore store, const image::Image& image,
                               const LoadPlan& plan);

// A tar that an engine loads, without the layers that it has. Layers come first and metadata last,
// so that an engine can do nothing with an interrupted one. An image that came with a manifest
// keeps it.
//   blobs/sha256/<hex>       missing layers, bottom first; config; as an OCI layout the manifest
//   oci-layout, index.json   as an OCI layout (one entry, no name)
//   manifest.json            as a docker-archive (no RepoTags)
// What is a docker-archive alone has shorter names: "0" for the lowest layer, and "config".
// Formats: OCI image-layout 1.0.0, OCI manifest, moby image/spec v1.2.
class LoadTar {
public:
  LoadTar(const image::Image& image, const LoadPlan& plan, TarForm form);

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] const oci::Digest& manifest_digest() const noexcept { return manifest_.digest; }

  // Called with (index into Image::layers, bytes of it written so far).
  using LayerProgress = std::function<void(std::size_t, std::uint64_t)>;

  // Writes exactly size() bytes; calls `before_metadata`, if any, after the layers. Throws an Error
  // of kind corrupt when a layer's bytes do not have its digest or size.
  void write(archive::Sink& sink, const LayerProgress& progress, const CancelToken& cancel,
             const std::function<void()>& before_metadata = {}) const;

private:
  const image::Image& image_;
  const LoadPlan& plan_;
  TarForm form_;
  image::ImageManifest manifest_;
  std::uint64_t size_ = 0;
};

} // namespace nixbuild::sink
