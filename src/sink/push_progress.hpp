#pragma once

#include "image/image.hpp"
#include "progress/reporter.hpp"

#include <cstdint>
#include <mutex>

namespace nixbuild::sink {

// Shows how far the layers of a push are. Thread-safe, unlike the step that it shows them in.
class PushProgress {
public:
  explicit PushProgress(progress::Step& step) : step_(step) {}

  // So many bytes of the layer were read.
  void read(const image::Layer& layer, std::uint64_t bytes);
  void log(std::string_view line);

private:
  progress::Step& step_;
  std::mutex mutex_;
};

} // namespace nixbuild::sink
