#include "sink/engine_sink.hpp"

#include "image/stable_order.hpp"
#include "sink/load_progress.hpp"
#include "sink/load_request.hpp"
#include "sink/missing_layers.hpp"
#include "sink/naming.hpp"
#include "sink/prefix_leftovers.hpp"
#include "sink/sliced_load.hpp"
#include "sink/tidying.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace nixbuild::sink {

namespace {

using engine::ImageDetails;
using engine::ImageStore;

// The engine does not have what it has just taken.
class ImageGone : public Error {
public:
  explicit ImageGone(const std::string& id)
      : Error(ErrorKind::refused,
              format("the engine took the image and then does not have it ({})", id)) {}
};

// One image on its way into one engine.
class EngineLoad {
public:
  EngineLoad(const image::Image& image, const std::vector<oci::Reference>& names,
             std::string purpose, const LoadOptions& options, engine::Engine& engine,
             progress::Reporter& reporter, progress::Step& step, const CancelToken& cancel)
      : image_(image)
      , names_(names)
      , purpose_(std::move(purpose))
      , given_(options.given)
      , engine_(engine)
      , reporter_(reporter)
      , step_(step)
      , progress_(image, step)
      , cancel_(cancel)
      , store_(engine.facts(cancel).store)
      , sizes_(options.slices.value_or(slice_sizes(store_)))
      , may_ask_for_blobs_(store_ == ImageStore::containerd && !names.empty() &&
                           !options.remove_replaced)
      , report_{.image_id = image_id(image, store_),
                .config_digest = image.config_digest,
                .manifest_digest = manifest_digest(image)} {}

  // The engine's description of the image once it is there.
  ImageDetails bring() {
    std::optional<LoadPlan> plan;
    if (std::exchange(may_ask_for_blobs_, false)) {
      const auto present = present_blobs();
      if (present && is_all(*present)) {
        step_.cached();
        return {.id = report_.image_id, .repo_tags = {}, .diff_ids = {}};
      }
      if (present) plan = layers_not_in(*present, image_);
    }
    std::optional<ImageDetails> known = engine_.inspect_image(report_.image_id, cancel_);
    was_there_ = known.has_value();
    if (known && is_whole(*known)) {
      step_.cached();
      return std::move(*known);
    }
    return send_what_is_missing(std::move(plan));
  }

  void remove_prefixes() {
    if (report_.sent_bytes > 0) remove_prefix_images(image_, purpose_, engine_, cancel_);
  }

  [[nodiscard]] LoadReport& report() { return report_; }

private:
  // Describing an image of 100 layers takes a containerd store 0.1 s, listing its blobs 2 ms. That
  // there is an image of these blobs turns out when it is given its names.
  [[nodiscard]] std::optional<std::set<oci::Digest>> present_blobs() {
    std::vector<oci::Digest> blobs{image_.config_digest, report_.manifest_digest};
    for (const image::Layer& layer : image_.layers)
      if (!given_.contains(layer.digest)) blobs.push_back(layer.digest);
    auto present = engine_.present_blobs(blobs, cancel_);
    if (present) present->insert(given_.begin(), given_.end());
    return present;
  }

  [[nodiscard]] bool is_all(const std::set<oci::Digest>& present) const {
    return present.contains(image_.config_digest) && present.contains(report_.manifest_digest) &&
           layers_not_in(present, image_).layers.empty();
  }

  [[nodiscard]] bool has_layers(const ImageDetails& details) const {
    return std::ranges::equal(details.diff_ids, image_.layers, {}, {}, &image::Layer::diff_id);
  }

  [[nodiscard]] bool is_whole(const ImageDetails& details) const {
    if (!has_layers(details)) return false;
    // Only the containerd store keeps images with gaps.
    if (store_ != ImageStore::containerd) return true;
    if (details.available) return *details.available;
    return missing_layers(image_, names_, engine_, reporter_, cancel_).layers.empty();
  }

  // `known` is a plan of this moment, if there is one.
  ImageDetails send_what_is_missing(std::optional<LoadPlan> known) {
    constexpr int attempts = 2;
    for (int attempt = 1; attempt <= attempts; ++attempt) {
      const LoadPlan plan = known ? *std::exchange(known, std::nullopt)
                                  : missing_layers(image_, names_, engine_, reporter_, cancel_);
      try {
        return send(plan, sizes_);
      } catch (const Error& error) {
        if (!may_be_lost(error, plan)) throw;
        if (attempt == attempts) tell_last_resort(error);
      }
    }
    // In one piece, so that nothing can be lost on the way.
    return send(full_load(image_), {});
  }

  // Whether somebody may have removed at the engine what the load relied on: layers that were left
  // out of the tar, or the nameless image.
  [[nodiscard]] bool may_be_lost(const Error& error, const LoadPlan& plan) const {
    if (dynamic_cast<const ImageGone*>(&error) != nullptr) return true;
    const bool sent_all = plan.layers.size() == full_load(image_).layers.size();
    if (error.kind() != ErrorKind::refused || (sent_all && sizes_.most <= 1)) return false;
    constexpr std::array<std::string_view, 3> signs{"not found", "no such file or directory",
                                                    "doesn't provide the requested platform"};
    return std::ranges::any_of(signs, [&](std::string_view sign) {
      return error.detail().find(sign) != std::string::npos;
    });
  }

  void tell_last_resort(const Error& error) {
    const std::string& reason = error.detail().empty() ? error.message() : error.detail();
    progress::notice(reporter_, progress::Notice::Level::info,
                     format("sending all layers: {}", reason));
  }

  // The engine's description of the image that it then has.
  ImageDetails send(const LoadPlan& plan, const SliceSizes& sizes) {
    try {
      const SlicedLoadReport sent = send_sliced(image_, slices_of(image_, plan, sizes), purpose_,
                                                engine_, progress_, cancel_);
      report_.sent_bytes += sent.sent_bytes;
      report_.sent_layers += sent.sent_layers;
      if (sent.vouched_for) return {.id = report_.image_id};
    } catch (const Error&) {
      if (store_ == ImageStore::containerd && !was_there_) remove_broken_image();
      throw;
    }
    return verified();
  }

  // A load that failed can leave a nameless record of an image with gaps.
  void remove_broken_image() {
    tidy_up(engine_, [&](engine::Engine& brisk) {
      const auto image = brisk.inspect_image(report_.image_id, {});
      if (image && image->repo_tags.empty()) (void)brisk.remove_image(report_.image_id, {});
    });
  }

  [[nodiscard]] ImageDetails verified() {
    std::optional<ImageDetails> found = engine_.inspect_image(report_.image_id, cancel_);
    if (!found) throw ImageGone(report_.image_id);
    if (!has_layers(*found)) {
      throw Error(ErrorKind::refused,
                  format("the engine has other layers than were sent for {}", report_.image_id));
    }
    return std::move(*found);
  }

  const image::Image& image_;
  const std::vector<oci::Reference>& names_;
  std::string purpose_;
  const std::set<oci::Digest>& given_;
  engine::Engine& engine_;
  progress::Reporter& reporter_;
  progress::Step& step_;
  LoadProgress progress_;
  const CancelToken& cancel_;
  ImageStore store_;
  SliceSizes sizes_;
  bool may_ask_for_blobs_; // instead of for the image; once
  bool was_there_ = false; // the image, whole or not, before we sent anything
  LoadReport report_;
};

// `image`, arranged like the one that has the name now.
image::Image arranged(const image::Image& image, const oci::Reference& name, engine::Engine& engine,
                      progress::Reporter& reporter, const CancelToken& cancel) {
  const auto previous = engine.inspect_image(name.str(), cancel);
  if (!previous) return image;
  auto better = image::stable_order(image, previous->diff_ids);
  if (!better) return image;
  progress::notice(reporter, progress::Notice::Level::info,
                   format("stable order: {} more layers ({}) stay where {} has them",
                          better->layers, format_bytes(better->bytes), name.familiar()));
  return std::move(better->image);
}

// Somebody may remove the image as long as it has no name (`docker image prune`), and another load
// of the same image has all its blobs there a moment before the image: it is then brought again.
void bring_and_name(EngineLoad& load, const std::vector<oci::Reference>& names,
                    const LoadOptions& options, engine::Engine& engine, const CancelToken& cancel) {
  constexpr int attempts = 3;
  for (int attempt = 1;; ++attempt) {
    const ImageDetails there = load.bring();
    try {
      // Only now do users see it.
      load.report().removed_images =
          give_names(there, names, options.remove_replaced ? Replaced::remove : Replaced::keep,
                     engine, cancel);
      return;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found || attempt == attempts) throw;
    }
  }
}

std::string step_name(const std::vector<oci::Reference>& names, const LoadOptions& options) {
  if (!options.step.empty()) return options.step;
  return names.empty() ? "load image" : format("load {}", names.front().familiar());
}

} // namespace

LoadReport load_into_engine(const image::Image& given, const std::vector<oci::Reference>& names,
                            const LoadOptions& options, engine::Engine& engine,
                            progress::Reporter& reporter, const CancelToken& cancel) {
  const std::string purpose = names.empty() ? given.config_digest.str() : names.front().str();
  return progress::as_step(reporter, step_name(names, options), [&](progress::Step& step) {
    const image::Image image = options.stable_order && !names.empty()
                                   ? arranged(given, names.front(), engine, reporter, cancel)
                                   : given;
    EngineLoad load(image, names, purpose, options, engine, reporter, step, cancel);
    bring_and_name(load, names, options, engine, cancel);
    load.remove_prefixes();
    return load.report();
  });
}

} // namespace nixbuild::sink
