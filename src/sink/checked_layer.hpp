#pragma once

#include "archive/hashing_sink.hpp"
#include "archive/stream.hpp"
#include "image/image.hpp"

#include <cstdint>
#include <functional>

namespace nixbuild::sink {

// Lets exactly the bytes of a layer through: as many as its size says, with its digest. Otherwise
// it throws an Error of kind corrupt.
class CheckedLayer final : public archive::Sink {
public:
  using Progress = std::function<void(std::uint64_t)>;

  // Calls `progress`, if any, with the number of bytes so far. `layer` and `next` must live longer.
  CheckedLayer(const image::Layer& layer, archive::Sink& next, Progress progress)
      : layer_(layer)
      , hash_(next)
      , progress_(std::move(progress)) {}

  void write(std::span<const std::byte> data) override;
  // All bytes were written.
  void finish();

private:
  const image::Layer& layer_;
  archive::HashingSink hash_;
  Progress progress_;
  std::uint64_t written_ = 0;
};

// Throws the Error of kind corrupt that says what is wrong with a layer.
[[noreturn]] void throw_damaged(const image::Layer& layer, std::string_view problem);

} // namespace nixbuild::sink
