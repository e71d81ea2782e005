#pragma once

#include "engine/engine.hpp"
#include "image/image.hpp"
#include "sink/load_plan.hpp"
#include "sink/load_progress.hpp"
#include "support/cancel.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace nixbuild::sink {

// The digest of the manifest that `image` is sent with.
[[nodiscard]] oci::Digest manifest_digest(const image::Image& image);

// How an engine with this image store calls the image: by its manifest (containerd) or its config.
[[nodiscard]] std::string image_id(const image::Image& image, engine::ImageStore store);

// When the parts of one load may follow one another; both are called on the thread that sends.
struct LoadPace {
  std::function<void()> before_metadata; // all layers are sent; may throw to give the load up
  std::function<void()> after_sending;
};

struct SentLoad {
  std::uint64_t bytes = 0; // of the tar
  // The engine has named the image by an ID that it made of the image's content, and has seen all
  // of that: there is no need to ask what it has now.
  bool vouched_for = false;
};

// Gives the engine `image`, nameless, with the layers of `plan`, in one request; strict where the
// engine can check that it then has every blob. Throws as engine::Engine::load_images does, an
// Error of kind corrupt for a layer with other bytes than it should have, and what `pace` throws.
SentLoad send_load(const image::Image& image, const LoadPlan& plan, engine::Engine& engine,
                   LoadProgress& progress, const LoadPace& pace, const CancelToken& cancel);

} // namespace nixbuild::sink
