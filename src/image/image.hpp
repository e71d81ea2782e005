#pragma once

#include "archive/compression.hpp"
#include "archive/stream.hpp"
#include "oci/digest.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"
#include "support/cancel.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::image {

// A way to produce a layer's bytes: any number of times, from several threads at once.
class LayerContent {
public:
  LayerContent() = default;
  LayerContent(const LayerContent&) = delete;
  LayerContent& operator=(const LayerContent&) = delete;
  virtual ~LayerContent() = default;

  // Writes exactly Layer::size bytes to `sink`. What was read may have changed or lie: whoever
  // sends the bytes compares them with Layer::digest.
  virtual void write_to(archive::Sink& sink, const CancelToken& cancel) const = 0;

  // The same, compressed before it comes from another machine, and compared with the digest there.
  // False, with nothing written, when the bytes are here.
  virtual bool write_compressed_to(archive::Sink& /*sink*/, archive::Compression /*compression*/,
                                   const CancelToken& /*cancel*/) const {
    return false;
  }

  // Everything that determines the bytes, as a text; empty when only the bytes themselves do. Equal
  // identities have equal bytes (image/digest_cache.hpp).
  [[nodiscard]] virtual std::string identity() const { return {}; }
};

struct Layer {
  oci::Digest diff_id; // of the uncompressed tar
  oci::Digest digest;  // of the bytes that `content` writes; equals diff_id when uncompressed
  std::uint64_t size = 0;
  std::string media_type; // OCI's
  std::shared_ptr<const LayerContent> content;
  // What it is made of: store paths, or the name of an archive's member as manifest.json has it.
  std::vector<std::string> origins;
  // Holds nothing but its own store paths, so that it may stand anywhere among others of the kind.
  bool movable = false;
};

// An image's manifest. Its digest is the image ID in containerd's store.
struct ImageManifest {
  std::string text;       // JSON
  std::string media_type; // OCI's or Docker's
  oci::Digest digest;
};

// An image that can be put somewhere: its config, byte for byte, and its layers, bottom first.
struct Image {
  std::string config; // JSON; its digest is the image ID on graph-driver engines and Podman
  oci::Digest config_digest;
  oci::Platform platform; // as the config says
  std::vector<Layer> layers;
  std::vector<oci::Reference> names; // what the image calls itself
  // As an OCI layout had it, of these layers; whoever changes config or layers drops it.
  std::optional<ImageManifest> manifest = {};
};

} // namespace nixbuild::image
