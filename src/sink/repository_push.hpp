#pragma once

#include "image/compressed_cache.hpp"
#include "oci/reference.hpp"
#include "registry/repository.hpp"
#include "sink/image_manifests.hpp"
#include "sink/pushed_layers.hpp"
#include "sink/storing_progress.hpp"
#include "support/cancel.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace nixbuild::sink {

// Brings an image to one repository and gives it the tags of `names`, in two steps, so that several
// repositories have everything before the first tag changes.
class RepositoryPush {
public:
  // `names` are of the repository, at least one; everything else must live longer.
  RepositoryPush(std::unique_ptr<registry::Repository> repository,
                 std::vector<oci::Reference> names, PushedLayers& layers,
                 image::CompressedCache& cache, StoringProgress& progress,
                 const CancelToken& cancel);

  [[nodiscard]] const oci::Reference& name() const noexcept { return names_.front(); }

  // Finds out which tags lead to `manifests` already. True when all do.
  [[nodiscard]] bool is_there(const ImageManifests& manifests, bool by_digest);

  // Uploads, or mounts from the repositories `others` of the same registry, the layers that are
  // missing. Nothing once is_there() has found the image by any name.
  void bring_layers(const std::vector<std::string>& others);
  // Then everything else that `manifests` consist of, but no tag; `top` by its digest only if
  // `with_top`.
  void bring_manifests(const ImageManifests& manifests, bool with_top);
  // Then the tags.
  void tag(const ImageManifests& manifests);

  // After a manifest was refused: believes nothing that was known of the repository, and least that
  // it has the blobs that `complaint` names.
  void distrust(const std::string& complaint);

  [[nodiscard]] std::uint64_t uploaded_bytes() const noexcept { return uploaded_.load(); }

private:
  void learn_from_tag();
  void learn_from(const registry::StoredManifest& manifest);
  [[nodiscard]] std::vector<std::size_t> missing_layers(const std::vector<std::string>& others);
  [[nodiscard]] bool has(const oci::Descriptor& blob);
  [[nodiscard]] bool mounted(const oci::Descriptor& blob, const std::vector<std::string>& others);
  void upload(std::size_t layer);
  void upload(const TextBlob& blob);

  std::unique_ptr<registry::Repository> repository_;
  std::vector<oci::Reference> names_;
  PushedLayers& layers_;
  image::CompressedCache& cache_;
  StoringProgress& progress_;
  const CancelToken& cancel_;

  std::set<std::string> right_tags_; // that lead to the image already
  bool has_image_ = false;
  bool trusts_ = true;
  std::string complaint_;
  std::set<oci::Digest> present_; // blobs, as the manifest under the tag has it
  std::atomic<std::uint64_t> uploaded_{0};
};

} // namespace nixbuild::sink
