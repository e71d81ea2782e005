#include "sink/push.hpp"

#include "sink/image_manifests.hpp"
#include "sink/pushed_layers.hpp"
#include "sink/repository_push.hpp"
#include "sink/storing_progress.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace nixbuild::sink {

namespace {

// In their order, each with its names.
std::vector<std::vector<oci::Reference>> by_repository(const std::vector<oci::Reference>& names) {
  std::vector<std::vector<oci::Reference>> groups;
  for (const oci::Reference& name : names) {
    const auto same = std::ranges::find_if(
        groups, [&](const auto& group) { return group.front().repository() == name.repository(); });
    if (same == groups.end()) {
      groups.push_back({name});
    } else if (std::ranges::find(*same, name) == same->end()) {
      same->push_back(name);
    }
  }
  return groups;
}

// Whether a registry refuses a manifest because it lacks what the manifest lists (distribution-spec
// 1.1, "Error Codes"; the texts are those of registries that leave out the code).
bool misses_blobs(const Error& error) {
  if (error.kind() != ErrorKind::refused) return false;
  constexpr std::array<std::string_view, 4> signs{"BLOB_UNKNOWN", "MANIFEST_UNKNOWN",
                                                  "blob unknown", "manifest unknown"};
  return std::ranges::any_of(signs, [&](std::string_view sign) {
    return error.detail().find(sign) != std::string::npos ||
           error.message().find(sign) != std::string::npos;
  });
}

class Push {
public:
  Push(const image::ImageSet& images, const std::vector<oci::Reference>& names,
       const PushOptions& options, const OpenRepository& open_repository, progress::Step& step,
       const CancelToken& cancel)
      : images_(images)
      , names_(names)
      , options_(options)
      , step_(step)
      , progress_(step, "pushing")
      , cache_(options.compressed_cache)
      , layers_(images, {.compression = options.compression, .force = options.force_compression},
                cache_) {
    for (auto& group : by_repository(names)) {
      auto repository = open_repository(group.front());
      repositories_.push_back(std::make_unique<RepositoryPush>(
          std::move(repository), std::move(group), layers_, cache_, progress_, cancel));
    }
  }

  PushReport run() {
    if (layers_.all_known() && is_everywhere()) {
      step_.cached();
      return report(manifests());
    }
    for (std::size_t i = 0; i < repositories_.size(); ++i)
      repositories_[i]->bring_layers(mount_places(i));
    // A registry that refuses the image is to be found before the first of several tags changes.
    const bool put_top = options_.by_digest || names_.size() > 1;
    for (const auto& repository : repositories_) {
      with_all_blobs(*repository, [&](const ImageManifests& manifests) {
        repository->bring_manifests(manifests, put_top);
      });
    }
    if (!options_.by_digest) {
      for (const auto& repository : repositories_) {
        with_all_blobs(*repository,
                       [&](const ImageManifests& manifests) { repository->tag(manifests); });
      }
    }
    return report(manifests());
  }

private:
  [[nodiscard]] ImageManifests manifests() const {
    return image_manifests(images_, layers_.stored(), names_, options_.manifest_annotations,
                           options_.index_annotations);
  }

  [[nodiscard]] bool is_everywhere() {
    const ImageManifests wanted = manifests();
    bool everywhere = true;
    for (const auto& repository : repositories_)
      everywhere = repository->is_there(wanted, options_.by_digest) && everywhere;
    return everywhere;
  }

  // Repositories of the same registry that have all layers by now.
  [[nodiscard]] std::vector<std::string> mount_places(std::size_t index) const {
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < index; ++i) {
      const oci::Reference& name = repositories_[i]->name();
      if (name.domain() == repositories_[index]->name().domain()) paths.push_back(name.path());
    }
    return paths;
  }

  // Puts manifests into a repository. Somebody may have removed there what we relied on: then it
  // is asked anew for everything, once.
  template <class Work>
  void with_all_blobs(RepositoryPush& repository, const Work& work) {
    try {
      work(manifests());
    } catch (const Error& error) {
      if (!misses_blobs(error)) throw;
      const std::string complaint = error.detail().empty() ? error.message() : error.detail();
      progress_.log(format("{} has lost a part of the image: {}",
                           repository.name().familiar_repository(), complaint));
      repository.distrust(complaint);
      bring_again(repository, work);
    }
  }

  template <class Work>
  void bring_again(RepositoryPush& repository, const Work& work) {
    try {
      repository.bring_layers({});
      repository.bring_manifests(manifests(), false);
      work(manifests());
    } catch (const Error& error) {
      if (!misses_blobs(error)) throw;
      throw Error(ErrorKind::refused,
                  format("{} does not keep what is pushed: it misses a part of the image that it "
                         "has said to have",
                         repository.name().familiar_repository()))
          .with_detail(error.detail().empty() ? error.message() : error.detail())
          .with_hint("the tag is where it was; is the registry's storage being cleaned just now?");
    }
  }

  [[nodiscard]] PushReport report(const ImageManifests& manifests) const {
    PushReport report{.digest = manifests.top.digest,
                      .media_type = manifests.top.media_type,
                      .size = manifests.top.text.size()};
    for (const auto& repository : repositories_)
      report.uploaded_bytes += repository->uploaded_bytes();
    return report;
  }

  const image::ImageSet& images_;
  const std::vector<oci::Reference>& names_;
  const PushOptions& options_;
  progress::Step& step_;
  StoringProgress progress_;
  image::CompressedCache cache_;
  PushedLayers layers_;
  std::vector<std::unique_ptr<RepositoryPush>> repositories_;
};

void require_tags(const std::vector<oci::Reference>& names, bool by_digest) {
  for (const oci::Reference& name : names) {
    if (!by_digest && name.tag().empty()) {
      throw Error(ErrorKind::invalid_input, format("'{}' has no tag to push to", name.familiar()));
    }
  }
}

} // namespace

PushReport push(const image::ImageSet& images, const std::vector<oci::Reference>& names,
                const PushOptions& options, const OpenRepository& open_repository,
                progress::Reporter& reporter, const CancelToken& cancel) {
  require_tags(names, options.by_digest);
  return progress::as_step(
      reporter, format("push {}", names.front().familiar()), [&](progress::Step& step) {
        return Push(images, names, options, open_repository, step, cancel).run();
      });
}

} // namespace nixbuild::sink
