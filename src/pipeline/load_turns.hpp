#pragma once

#include "image/image.hpp"
#include "oci/digest.hpp"
#include "support/cancel.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace nixbuild::pipeline {

// Lets loads that go on side by side send a layer once: one whose image has a layer of an image
// that is being loaded waits until that is in the engine, and so finds it there. Thread-safe.
class LoadTurns {
public:
  // From here to its end its images' layers are being loaded.
  class Turn {
  public:
    Turn(LoadTurns& turns, std::set<oci::Digest> layers)
        : turns_(turns)
        , layers_(std::move(layers)) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn();

  private:
    LoadTurns& turns_;
    std::set<oci::Digest> layers_;
  };

  // Waits until none of the layers of `images` is being loaded, and makes `turn`. Throws an Error
  // of kind cancelled.
  void take(std::optional<Turn>& turn, const std::vector<image::Image>& images,
            const CancelToken& cancel);

private:
  [[nodiscard]] bool are_free(const std::set<oci::Digest>& layers) const;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<oci::Digest> loading_; // no layer is in two turns
};

} // namespace nixbuild::pipeline
