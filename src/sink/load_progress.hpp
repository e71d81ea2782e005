#pragma once

#include "image/image.hpp"
#include "progress/reporter.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>

namespace nixbuild::sink {

// Shows how far the layers of one image are. Thread-safe, unlike the step that it shows them in.
class LoadProgress {
public:
  // Both must live longer.
  LoadProgress(const image::Image& image, progress::Step& step) : image_(image), step_(step) {}

  // `written` bytes of the layer with this index are on their way.
  void sent(std::size_t layer, std::uint64_t written);
  // The engine has unpacked so much of the layer whose diff ID begins with these digits.
  void unpacked(std::string_view layer, std::uint64_t current, std::uint64_t total);

private:
  const image::Image& image_;
  progress::Step& step_;
  std::mutex mutex_;
};

} // namespace nixbuild::sink
