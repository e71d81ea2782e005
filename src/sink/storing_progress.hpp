#pragma once

#include "image/image.hpp"
#include "progress/reporter.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace nixbuild::sink {

// Shows how far the layers on their way to a registry or a file are. Thread-safe, unlike the step
// that it shows them in.
class StoringProgress {
public:
  // `verb` says what is done to a layer: "pushing".
  StoringProgress(progress::Step& step, std::string verb) : step_(step), verb_(std::move(verb)) {}

  // So many bytes of the layer were read.
  void read(const image::Layer& layer, std::uint64_t bytes);
  void log(std::string_view line);

private:
  progress::Step& step_;
  std::string verb_;
  std::mutex mutex_;
};

} // namespace nixbuild::sink
