#include "pipeline/push_output.hpp"

#include "pipeline/directories.hpp"
#include "pipeline/registries.hpp"
#include "sink/push.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <utility>

namespace nixbuild::pipeline {

namespace {

// A push by digest gives no tag, so none is told of.
std::vector<oci::Reference> without_tags(const std::vector<oci::Reference>& names,
                                         const oci::Digest& digest) {
  std::vector<oci::Reference> result;
  for (const oci::Reference& name : names) {
    auto bare = oci::Reference::parse(format("{}@{}", name.repository(), digest.str())).value();
    if (std::ranges::find(result, bare) == result.end()) result.push_back(std::move(bare));
  }
  return result;
}

} // namespace

PushedImage push_output(const image::ImageSet& images, const std::vector<oci::Reference>& names,
                        const PushOutput& output, const BuildRequest& request, World& world,
                        const CancelToken& cancel) {
  const sink::PushOptions options{.compression = output.compression,
                                  .force_compression = output.force_compression,
                                  .manifest_annotations = request.manifest_annotations,
                                  .index_annotations = request.index_annotations,
                                  .by_digest = output.by_digest,
                                  .compressed_cache = compressed_cache_file(world.environment)};
  const sink::PushReport report = with_frame(format("pushing {}", names.front().familiar()), [&] {
    return sink::push(
        images, names, options,
        [&](const oci::Reference& name) {
          return open_registry(name, output, request.docker, world, cancel);
        },
        world.reporter, cancel);
  });
  PushedImage pushed{.digest = report.digest,
                     .media_type = report.media_type,
                     .size = report.size,
                     .config_digest = images.front().image.config_digest,
                     .names = output.by_digest ? without_tags(names, report.digest) : names,
                     .platforms = {}};
  for (const image::PlatformImage& image : images)
    pushed.platforms.push_back(image.image.platform);
  return pushed;
}

} // namespace nixbuild::pipeline
