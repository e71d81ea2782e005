#pragma once

#include "fakes/memory_stream.hpp"
#include "oci/manifest_reader.hpp"
#include "registry/repository.hpp"
#include "support/error.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace nixbuild::fakes {

// A registry in memory, whose repositories are registry::Repository. Like real ones it takes no
// manifest whose blobs or manifests it lacks. Thread-safe.
class FakeRegistry {
public:
  struct Content {
    std::map<std::string, std::string> blobs; // by digest
    std::map<std::string, registry::StoredManifest> manifests;
    std::map<std::string, std::string> tags; // to digests
  };

  std::map<std::string, Content> repositories; // by path
  // "HEAD blob sha256:…", "PUT manifest latest", …; one for each call.
  std::vector<std::string> requests;

  // Faults.
  std::set<std::string> refused_types;   // media types of manifests
  std::set<std::string> failing_blobs;   // digests whose upload breaks
  std::set<std::string> pretended;       // digests that HEAD says are there
  std::function<void()> before_manifest; // called before a manifest is taken
  bool mounts = true;

  [[nodiscard]] auto count(std::string_view start) const {
    return std::ranges::count_if(requests,
                                 [&](const std::string& one) { return one.starts_with(start); });
  }
  // The manifest that the tag leads to.
  [[nodiscard]] const registry::StoredManifest& at(const std::string& path,
                                                   const std::string& tag) const {
    const Content& content = repositories.at(path);
    return content.manifests.at(content.tags.at(tag));
  }

  [[nodiscard]] std::unique_ptr<registry::Repository> open(const std::string& path);

  std::mutex mutex;
};

class FakeRepository final : public registry::Repository {
public:
  FakeRepository(FakeRegistry& registry, std::string path)
      : registry_(registry)
      , path_(std::move(path)) {}

  std::optional<registry::StoredManifest> find_manifest(const std::string& reference,
                                                        const CancelToken& /*cancel*/) override {
    const std::scoped_lock lock(registry_.mutex);
    registry_.requests.push_back("GET manifest " + reference);
    return find(reference);
  }
  std::optional<registry::StoredManifest> stat_manifest(const std::string& reference,
                                                        const CancelToken& /*cancel*/) override {
    const std::scoped_lock lock(registry_.mutex);
    registry_.requests.push_back("HEAD manifest " + reference);
    auto found = find(reference);
    if (found) found->text.clear();
    return found;
  }
  bool has_blob(const oci::Digest& digest, const CancelToken& /*cancel*/) override {
    const std::scoped_lock lock(registry_.mutex);
    registry_.requests.push_back("HEAD blob " + digest.str());
    return content().blobs.contains(digest.str()) || registry_.pretended.contains(digest.str());
  }
  std::string blob(const oci::Digest& digest, std::size_t /*limit*/,
                   const CancelToken& /*cancel*/) override {
    const std::scoped_lock lock(registry_.mutex);
    registry_.requests.push_back("GET blob " + digest.str());
    return content().blobs.at(digest.str());
  }
  bool mount_blob(const oci::Digest& digest, const std::string& path,
                  const CancelToken& /*cancel*/) override {
    const std::scoped_lock lock(registry_.mutex);
    registry_.requests.push_back("MOUNT " + digest.str() + " from " + path);
    if (!registry_.mounts || !registry_.repositories[path].blobs.contains(digest.str())) {
      return false;
    }
    content().blobs[digest.str()] = registry_.repositories[path].blobs.at(digest.str());
    return true;
  }
  void upload_blob(const oci::Digest& digest, std::uint64_t size,
                   const registry::BlobWriter& writer, const CancelToken& /*cancel*/) override {
    MemorySink bytes;
    writer(bytes);
    if (bytes.text.size() != size || oci::Digest::of(bytes.text) != digest) {
      throw Error(ErrorKind::refused, "the blob is not what it is said to be");
    }
    take("UPLOAD " + digest.str(), bytes.text);
  }
  registry::UploadedBlob upload_new_blob(const registry::BlobWriter& writer,
                                         const CancelToken& /*cancel*/) override {
    MemorySink bytes;
    writer(bytes);
    const oci::Digest digest = oci::Digest::of(bytes.text);
    take("UPLOAD new " + digest.str(), bytes.text);
    return {.digest = digest, .size = bytes.text.size()};
  }
  void put_manifest(const std::string& reference, const std::string& media_type,
                    const std::string& text, const CancelToken& /*cancel*/) override {
    const std::scoped_lock lock(registry_.mutex);
    registry_.requests.push_back("PUT manifest " + reference);
    if (registry_.before_manifest) registry_.before_manifest();
    if (registry_.refused_types.contains(media_type)) {
      throw Error(ErrorKind::refused, "the registry will not")
          .with_detail("MANIFEST_INVALID: unknown media type");
    }
    require_parts(media_type, text);
    const oci::Digest digest = oci::Digest::of(text);
    if (reference.starts_with("sha256:")) {
      if (reference != digest.str()) throw Error(ErrorKind::refused, "another digest");
    } else {
      content().tags[reference] = digest.str();
    }
    content().manifests.insert_or_assign(digest.str(),
                                         registry::StoredManifest{digest, media_type, text});
  }

private:
  FakeRegistry::Content& content() { return registry_.repositories[path_]; }

  std::optional<registry::StoredManifest> find(const std::string& reference) {
    const auto tag = content().tags.find(reference);
    const auto found =
        content().manifests.find(tag == content().tags.end() ? reference : tag->second);
    if (found == content().manifests.end()) return std::nullopt;
    return found->second;
  }

  void take(const std::string& request, const std::string& bytes) {
    const std::scoped_lock lock(registry_.mutex);
    registry_.requests.push_back(request);
    const std::string digest = oci::Digest::of(bytes).str();
    if (registry_.failing_blobs.contains(digest)) {
      throw Error(ErrorKind::unavailable, "the connection broke");
    }
    registry_.pretended.erase(digest);
    content().blobs[digest] = bytes;
  }

  void require_parts(const std::string& media_type, const std::string& text) {
    if (oci::is_index_type(media_type)) {
      for (const oci::IndexEntry& entry : oci::parse_index(text, "the index")) {
        if (!content().manifests.contains(entry.descriptor.digest.str())) {
          refuse("MANIFEST_BLOB_UNKNOWN", entry.descriptor.digest);
        }
      }
      return;
    }
    const auto manifest = oci::parse_manifest(text, "the manifest");
    if (!manifest) return;
    std::vector<oci::Descriptor> blobs = manifest->layers;
    blobs.push_back(manifest->config);
    for (const oci::Descriptor& blob : blobs) {
      if (!content().blobs.contains(blob.digest.str())) {
        refuse("MANIFEST_BLOB_UNKNOWN", blob.digest);
      }
    }
  }
  static void refuse(const std::string& code, const oci::Digest& digest) {
    throw Error(ErrorKind::refused, "the registry will not")
        .with_detail(code + ": blob unknown to registry: " + digest.str());
  }

  FakeRegistry& registry_;
  std::string path_;
};

inline std::unique_ptr<registry::Repository> FakeRegistry::open(const std::string& path) {
  return std::make_unique<FakeRepository>(*this, path);
}

} // namespace nixbuild::fakes
