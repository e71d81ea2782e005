#include "image/layout_index.hpp"

#include "oci/image_config.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <optional>
#include <utility>

namespace nixbuild::image {

namespace {

constexpr int deepest_index = 4;
constexpr std::size_t most_manifests = 1000;
constexpr std::size_t most_metadata = std::size_t{32} << 20U;

using oci::IndexEntry;

[[noreturn]] void fail(std::string message) {
  throw Error(ErrorKind::corrupt, std::move(message));
}

std::string annotation(const IndexEntry& entry, const std::string& key) {
  const auto found = entry.annotations.find(key);
  return found == entry.annotations.end() ? std::string() : found->second;
}

// The annotation ref.name is a name for containerd and a mere tag for the specification and
// skopeo; what has neither repository nor tag in it is taken for a tag.
std::string name_in(const IndexEntry& entry) {
  if (auto name = annotation(entry, "io.containerd.image.name"); !name.empty()) return name;
  const std::string name = annotation(entry, "org.opencontainers.image.ref.name");
  return name.find_first_of(":/") == std::string::npos ? std::string() : name;
}

// BuildKit lists what it says about an image beside the image.
bool is_attestation(const IndexEntry& entry) {
  return annotation(entry, "vnd.docker.reference.type") == "attestation-manifest" ||
         (entry.platform && entry.platform->os == "unknown");
}

class Lister {
public:
  explicit Lister(LayoutReader& reader) : reader_(reader) {}

  void list(const std::vector<IndexEntry>& entries, const std::string& name, int depth) {
    for (const IndexEntry& entry : entries) {
      const std::string own_name = depth == 0 ? name_in(entry) : name;
      if (depth > 0 && !reader_.has(entry.descriptor)) {
        // Layouts need not hold all platforms. What is known to be there is told apart by
        // platform, and found missing only when it is wanted.
        if (entry.platform && !oci::is_index_type(entry.descriptor.media_type)) {
          add({.descriptor = entry.descriptor,
               .text = {},
               .platform = *entry.platform,
               .name = own_name});
        }
      } else if (oci::is_index_type(entry.descriptor.media_type)) {
        list_index(entry, own_name, depth);
      } else if (oci::is_manifest_type(entry.descriptor.media_type) && !is_attestation(entry)) {
        list_manifest(entry, own_name);
      }
    }
  }

  std::vector<ListedManifest> take() && { return std::move(found_); }

private:
  void list_index(const IndexEntry& entry, const std::string& name, int depth) {
    if (depth == deepest_index) fail("its indexes lie too deep in each other");
    const std::string text = reader_.read(entry.descriptor, oci::largest_manifest);
    list(oci::parse_index(text, entry.descriptor.digest.str()), name, depth + 1);
  }

  void list_manifest(const IndexEntry& entry, const std::string& name) {
    ListedManifest listed{.descriptor = entry.descriptor, .text = {}, .platform = {}, .name = name};
    if (entry.platform) {
      listed.platform = *entry.platform;
    } else {
      listed.text = reader_.read(entry.descriptor, oci::largest_manifest);
      const auto manifest = oci::parse_manifest(listed.text, entry.descriptor.digest.str());
      if (!manifest) return;
      const std::string config = reader_.read(manifest->config, oci::largest_image_config);
      listed.platform = oci::parse_image_config(config, manifest->config.digest.str()).platform;
    }
    add(std::move(listed));
  }

  void add(ListedManifest listed) {
    if (found_.size() == most_manifests) fail(format("it has more than {} images", most_manifests));
    found_.push_back(std::move(listed));
  }

  LayoutReader& reader_;
  std::vector<ListedManifest> found_;
};

} // namespace

bool LayoutReader::has(const oci::Descriptor& blob) const {
  return files_.contains(name_of(blob));
}

std::string LayoutReader::name_of(const oci::Descriptor& blob) {
  return format("blobs/sha256/{}", blob.digest.hex());
}

void LayoutReader::count(std::size_t bytes) {
  bytes_ += bytes;
  if (bytes_ > most_metadata) {
    fail(format("its metadata is larger than {}", format_bytes(most_metadata)));
  }
}

std::string LayoutReader::read(const std::string& name) {
  std::string text = files_.read(name, oci::largest_manifest);
  count(text.size());
  return text;
}

std::string LayoutReader::read(const oci::Descriptor& blob, std::size_t limit) {
  const std::string name = name_of(blob);
  if (blob.size > limit) {
    fail(format("its blob {} is said to have {}", blob.digest.str(), format_bytes(blob.size)));
  }
  std::string text = files_.read(name, limit);
  count(text.size());
  if (text.size() != blob.size || oci::Digest::of(text) != blob.digest) {
    fail(format("its file {} has not the content that its name says", name));
  }
  return text;
}

std::vector<ListedManifest> list_manifests(LayoutReader& reader) {
  Lister lister(reader);
  lister.list(oci::parse_index(reader.read("index.json"), "index.json"), "", 0);
  return std::move(lister).take();
}

} // namespace nixbuild::image
