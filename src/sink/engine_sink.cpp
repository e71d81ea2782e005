#include "sink/engine_sink.hpp"

#include "sink/dual_tar.hpp"
#include "sink/load_plan.hpp"
#include "sink/missing_layers.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace nixbuild::sink {

namespace {

using engine::ImageStore;

// One image on its way into one engine.
class EngineLoad {
public:
  EngineLoad(const image::Image& image, engine::Engine& engine, progress::Reporter& reporter,
             progress::Step& step, const CancelToken& cancel)
      : image_(image)
      , engine_(engine)
      , reporter_(reporter)
      , step_(step)
      , cancel_(cancel)
      , store_(engine.facts(cancel).store)
      , manifest_digest_(DualTar(image, nothing_).manifest_digest()) {}

  LoadReport run(const std::vector<oci::Reference>& names) {
    LoadPlan plan = missing_layers(image_, engine_, reporter_, cancel_);
    if (plan.layers.empty() && engine_has_image()) {
      step_.cached();
    } else {
      send_what_is_missing(plan);
      verify();
    }
    // Only now do users see it.
    for (const oci::Reference& name : names)
      engine_.tag_image(id(), name, cancel_);
    report_.image_id = id();
    report_.manifest_digest = manifest_digest_;
    return report_;
  }

private:
  // How the engine calls the image: by its manifest, or by its config.
  [[nodiscard]] const std::string& id() const {
    return store_ == ImageStore::containerd ? manifest_digest_.str() : image_.config_digest.str();
  }

  [[nodiscard]] bool engine_has_image() const {
    const auto found = engine_.inspect_image(id(), cancel_);
    return found && has_layers(*found);
  }

  [[nodiscard]] bool has_layers(const engine::ImageDetails& details) const {
    return std::ranges::equal(details.diff_ids, image_.layers, {}, {}, &image::Layer::diff_id);
  }

  void send_what_is_missing(LoadPlan plan) {
    try {
      send(plan);
      return;
    } catch (const Error& error) {
      if (!may_have_lost_layers(error, plan)) throw;
    }
    plan = missing_layers(image_, engine_, reporter_, cancel_);
    try {
      send(plan);
      return;
    } catch (const Error& error) {
      if (!may_have_lost_layers(error, plan)) throw;
      progress::notice(reporter_, progress::Notice::Level::info,
                       format("sending all layers: {}", error.detail()));
    }
    send(full_load(image_));
  }

  // The engine's words for a layer that was left out of the tar and is not there either.
  [[nodiscard]] bool may_have_lost_layers(const Error& error, const LoadPlan& plan) const {
    if (error.kind() != ErrorKind::refused || plan.layers.size() == image_.layers.size()) {
      return false;
    }
    constexpr std::array<std::string_view, 3> signs{"not found", "no such file or directory",
                                                    "doesn't provide the requested platform"};
    return std::ranges::any_of(signs, [&](std::string_view sign) {
      return error.detail().find(sign) != std::string::npos;
    });
  }

  void send(const LoadPlan& plan) {
    const DualTar tar(image_, plan);
    engine::Load load{.size = tar.size()};
    load.write = [&](archive::Sink& sink) {
      tar.write(
          sink, [&](std::size_t index, std::uint64_t written) { show_sent(index, written); },
          cancel_);
    };
    load.on_layer = [&](std::string_view layer, std::uint64_t current, std::uint64_t total) {
      step_.advance(format("unpacking layer {}", layer), current, total, current >= total);
    };
    // Only the containerd store can have gaps; it looks for them when it is given the platform.
    if (store_ == ImageStore::containerd) load.platform = image_.platform;
    try {
      (void)engine_.load_images(load, cancel_);
    } catch (const Error&) {
      if (store_ == ImageStore::containerd) remove_broken_image();
      throw;
    }
    report_.sent_bytes += tar.size();
    report_.sent_layers += plan.layers.size();
  }

  void show_sent(std::size_t index, std::uint64_t written) {
    const image::Layer& layer = image_.layers[index];
    step_.advance(format("sending layer {}", layer.diff_id.hex().substr(0, 12)), written,
                  layer.size, written == layer.size);
  }

  // A load that failed can leave a nameless record of an image with gaps.
  void remove_broken_image() {
    try {
      const auto image = engine_.inspect_image(id(), {});
      if (image && image->repo_tags.empty()) (void)engine_.remove_image(id(), {});
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): the load's own error matters more
    }
  }

  void verify() {
    const auto found = engine_.inspect_image(id(), cancel_);
    if (!found) {
      throw Error(ErrorKind::refused,
                  format("the engine took the image and then does not have it ({})", id()));
    }
    if (!has_layers(*found)) {
      throw Error(ErrorKind::refused,
                  format("the engine has other layers than were sent for {}", id()));
    }
  }

  const LoadPlan nothing_;
  const image::Image& image_;
  engine::Engine& engine_;
  progress::Reporter& reporter_;
  progress::Step& step_;
  const CancelToken& cancel_;
  ImageStore store_;
  oci::Digest manifest_digest_;
  LoadReport report_{.image_id = {}, .manifest_digest = manifest_digest_};
};

std::string step_name(const std::vector<oci::Reference>& names) {
  return names.empty() ? "load image" : format("load {}", names.front().familiar());
}

} // namespace

LoadReport load_into_engine(const image::Image& image, const std::vector<oci::Reference>& names,
                            engine::Engine& engine, progress::Reporter& reporter,
                            const CancelToken& cancel) {
  return progress::as_step(reporter, step_name(names), [&](progress::Step& step) {
    return EngineLoad(image, engine, reporter, step, cancel).run(names);
  });
}

} // namespace nixbuild::sink
