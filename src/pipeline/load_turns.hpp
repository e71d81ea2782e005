#pragma once

#include "image/image.hpp"
#include "oci/digest.hpp"
#include "support/cancel.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace nixbuild::pipeline {

// Lets loads that go on side by side send a layer once: one whose image has a layer of an image
// that is being loaded waits until that is in the engine, and so finds it there. Remembers what was
// loaded. Thread-safe.
class LoadTurns {
public:
  // From here to its end its images' layers are being loaded.
  class Turn {
  public:
    Turn(LoadTurns& turns, std::string engine, std::set<oci::Digest> layers)
        : turns_(turns)
        , engine_(std::move(engine))
        , layers_(std::move(layers)) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn();

    // The blobs that turns before this one have given the engine.
    [[nodiscard]] std::set<oci::Digest> given() const;
    // The engine has all of `images` now.
    void done(const std::vector<image::Image>& images);

  private:
    LoadTurns& turns_;
    std::string engine_;
    std::set<oci::Digest> layers_;
  };

  // Waits until none of the layers of `images` is being loaded, and makes `turn`; `engine` tells
  // engines apart. Throws an Error of kind cancelled.
  void take(std::optional<Turn>& turn, const std::string& engine,
            const std::vector<image::Image>& images, const CancelToken& cancel);

private:
  [[nodiscard]] bool are_free(const std::set<oci::Digest>& layers) const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::set<oci::Digest> loading_;                      // no layer is in two turns
  std::map<std::string, std::set<oci::Digest>> given_; // by the engine
};

} // namespace nixbuild::pipeline
