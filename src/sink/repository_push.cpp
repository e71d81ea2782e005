#include "sink/repository_push.hpp"

#include "oci/manifest_reader.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/parallel.hpp"

#include <algorithm>
#include <array>
#include <mutex>

namespace nixbuild::sink {

namespace {

constexpr std::size_t questions_at_once = 16;
constexpr std::size_t uploads_at_once = 4;
// Of an index under the tag: more are not asked for what they have.
constexpr std::size_t most_manifests = 32;

} // namespace

RepositoryPush::RepositoryPush(std::unique_ptr<registry::Repository> repository,
                               std::vector<oci::Reference> names, PushedLayers& layers,
                               image::CompressedCache& cache, StoringProgress& progress,
                               const CancelToken& cancel)
    : repository_(std::move(repository))
    , names_(std::move(names))
    , layers_(layers)
    , cache_(cache)
    , progress_(progress)
    , cancel_(cancel) {}

bool RepositoryPush::is_there(const ImageManifests& manifests, bool by_digest) {
  const oci::Digest& digest = manifests.top.digest;
  if (!by_digest) {
    for (const oci::Reference& name : names_) {
      const auto stored = repository_->stat_manifest(name.tag(), cancel_);
      if (stored && stored->digest == digest) right_tags_.insert(name.tag());
    }
    has_image_ = !right_tags_.empty();
    if (right_tags_.size() == names_.size()) return true;
  }
  // Whoever has a manifest has all that it lists.
  if (!has_image_) has_image_ = repository_->stat_manifest(digest.str(), cancel_).has_value();
  return by_digest && has_image_;
}

void RepositoryPush::bring_layers(const std::vector<std::string>& others) {
  if (has_image_) return;
  if (trusts_ && !name().tag().empty()) learn_from_tag();
  const std::vector<std::size_t> missing = missing_layers(others);
  parallel_for(
      missing.size(), uploads_at_once, [&](std::size_t i) { upload(missing[i]); }, cancel_);
}

// What the image under the tag consists of is there, unless somebody has removed it behind the
// registry's back: distrust().
void RepositoryPush::learn_from_tag() {
  const auto current = repository_->find_manifest(name().tag(), cancel_);
  if (!current) return;
  if (!oci::is_index_type(current->media_type)) return learn_from(*current);
  std::vector<oci::IndexEntry> entries;
  try {
    entries = oci::parse_index(current->text, name().tag());
  } catch (const Error&) { // not ours to judge
    return;
  }
  std::mutex mutex;
  parallel_for(
      std::min(entries.size(), most_manifests), questions_at_once,
      [&](std::size_t i) {
        const auto manifest =
            repository_->find_manifest(entries[i].descriptor.digest.str(), cancel_);
        const std::scoped_lock lock(mutex);
        if (manifest) learn_from(*manifest);
      },
      cancel_);
}

void RepositoryPush::learn_from(const registry::StoredManifest& stored) {
  try {
    const auto manifest = oci::parse_manifest(stored.text, stored.digest.str());
    if (!manifest) return;
    present_.insert(manifest->config.digest);
    for (const oci::Descriptor& layer : manifest->layers)
      present_.insert(layer.digest);
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): not ours to judge
  }
}

bool RepositoryPush::has(const oci::Descriptor& blob) {
  if (complaint_.find(blob.digest.str()) != std::string::npos) return false;
  return present_.contains(blob.digest) || repository_->has_blob(blob.digest, cancel_);
}

bool RepositoryPush::mounted(const oci::Descriptor& blob, const std::vector<std::string>& others) {
  if (!trusts_) return false;
  std::vector<std::string> places = others;
  const auto remembered = cache_.repository(name().domain(), blob.digest);
  if (places.empty() && remembered) places.push_back(*remembered);
  return std::ranges::any_of(places, [&](const std::string& path) {
    if (path == name().path()) return false;
    try {
      return repository_->mount_blob(blob.digest, path, cancel_);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::refused) throw;
      return false; // we may not read there; it is uploaded then
    }
  });
}

std::vector<std::size_t> RepositoryPush::missing_layers(const std::vector<std::string>& others) {
  std::vector<std::size_t> missing;
  std::mutex mutex;
  parallel_for(
      layers_.size(), questions_at_once,
      [&](std::size_t i) {
        const auto blob = layers_.blob(i);
        if (blob && (has(*blob) || mounted(*blob, others))) return;
        const std::scoped_lock lock(mutex);
        missing.push_back(i);
      },
      cancel_);
  std::ranges::sort(missing);
  return missing;
}

void RepositoryPush::upload(std::size_t index) {
  const image::Layer& layer = layers_.layer(index);
  const auto progress = [&](std::uint64_t bytes) { progress_.read(layer, bytes); };
  with_frame(
      format("pushing the layer {} to {}", layer.diff_id.str(), name().familiar_repository()), [&] {
        if (layers_.stays(index)) {
          repository_->upload_blob(
              layer.digest, layer.size,
              [&](archive::Sink& out) { write_as_it_is(layer, out, progress, cancel_); }, cancel_);
          uploaded_ += layer.size;
          return;
        }
        // Whatever was known of what it becomes: it may become so on another machine.
        const registry::UploadedBlob blob = repository_->upload_new_blob(
            [&](archive::Sink& out) {
              write_compressed(layer, layers_.compression(), out, progress, cancel_);
            },
            cancel_);
        uploaded_ += blob.size;
        layers_.learn(index, {.digest = blob.digest, .size = blob.size});
      });
  cache_.remember_repository(name().domain(), layers_.blob(index)->digest, name().path());
}

void RepositoryPush::upload(const TextBlob& blob) {
  repository_->upload_blob(
      blob.descriptor.digest, blob.descriptor.size,
      [&](archive::Sink& out) { out.write(std::as_bytes(std::span(blob.text))); }, cancel_);
  uploaded_ += blob.descriptor.size;
}

void RepositoryPush::bring_manifests(const ImageManifests& manifests, bool with_top) {
  if (has_image_) return;
  parallel_for(
      manifests.blobs.size(), uploads_at_once,
      [&](std::size_t i) {
        if (!has(manifests.blobs[i].descriptor)) upload(manifests.blobs[i]);
      },
      cancel_);
  parallel_for(
      manifests.manifests.size(), uploads_at_once,
      [&](std::size_t i) {
        const image::ImageManifest& manifest = manifests.manifests[i];
        repository_->put_manifest(manifest.digest.str(), manifest.media_type, manifest.text,
                                  cancel_);
      },
      cancel_);
  if (with_top) {
    repository_->put_manifest(manifests.top.digest.str(), manifests.top.media_type,
                              manifests.top.text, cancel_);
  }
}

void RepositoryPush::tag(const ImageManifests& manifests) {
  for (const oci::Reference& name : names_) {
    if (right_tags_.contains(name.tag())) continue;
    with_frame(format("giving the image the name {}", name.familiar()), [&] {
      repository_->put_manifest(name.tag(), manifests.top.media_type, manifests.top.text, cancel_);
    });
    right_tags_.insert(name.tag());
  }
}

void RepositoryPush::distrust(const std::string& complaint) {
  trusts_ = false;
  has_image_ = false;
  present_.clear();
  complaint_ = complaint;
}

} // namespace nixbuild::sink
