#include "image/layer_digests.hpp"

#include "archive/sha256.hpp"
#include "support/format.hpp"
#include "support/parallel.hpp"

#include <optional>
#include <thread>
#include <utility>

namespace nixbuild::image {

namespace {

class DigestingSink : public archive::Sink {
public:
  void write(std::span<const std::byte> data) override {
    hash_.update(data);
    size_ += data.size();
  }
  [[nodiscard]] LayerDigest finish() {
    return {.diff_id = oci::Digest::from_hex(hash_.finish()), .size = size_};
  }

private:
  archive::Sha256 hash_;
  std::uint64_t size_ = 0;
};

LayerDigest digest_of(const LayerContent& content, const CancelToken& cancel) {
  DigestingSink sink;
  content.write_to(sink, cancel);
  return sink.finish();
}

} // namespace

std::vector<LayerDigest>
digest_layers(const std::vector<std::shared_ptr<const LayerContent>>& contents, DigestCache& cache,
              progress::Reporter& reporter, const CancelToken& cancel, DigestTrust trust) {
  std::vector<std::optional<LayerDigest>> found(contents.size());
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    const std::string identity = contents[i]->identity();
    if (!identity.empty() && trust == DigestTrust::remembered) found[i] = cache.find(identity);
    if (!found[i]) unknown.push_back(i);
  }
  if (!unknown.empty()) {
    progress::Step step(reporter,
                        format("digest {} of {} layers", unknown.size(), contents.size()));
    parallel_for(
        unknown.size(), std::thread::hardware_concurrency(),
        [&](std::size_t index) {
          const LayerContent& content = *contents[unknown[index]];
          const LayerDigest digest = digest_of(content, cancel);
          found[unknown[index]] = digest;
          if (const std::string identity = content.identity(); !identity.empty()) {
            cache.remember(identity, digest);
          }
        },
        cancel);
  }
  std::vector<LayerDigest> digests;
  digests.reserve(found.size());
  for (std::optional<LayerDigest>& digest : found)
    digests.push_back(std::move(*digest));
  return digests;
}

std::vector<Layer> plain_layers(std::vector<std::shared_ptr<const LayerContent>> contents,
                                const std::vector<LayerDigest>& digests) {
  std::vector<Layer> layers;
  layers.reserve(contents.size());
  for (std::size_t i = 0; i < contents.size(); ++i) {
    layers.push_back({.diff_id = digests[i].diff_id,
                      .digest = digests[i].diff_id,
                      .size = digests[i].size,
                      .media_type = "application/vnd.oci.image.layer.v1.tar",
                      .content = std::move(contents[i])});
  }
  return layers;
}

} // namespace nixbuild::image
