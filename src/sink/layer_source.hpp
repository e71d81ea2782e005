#pragma once

#include "archive/stream.hpp"
#include "image/image.hpp"
#include "support/cancel.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace nixbuild::sink {

// A layer's bytes to be read, with a thread of its own that has the layer write them. At the end,
// and not before, they were compared with the layer's digest and size (CheckedLayer). Reading
// throws what the layer throws. Holds at most some MiB.
class LayerSource final : public archive::Source {
public:
  // Both must live longer.
  LayerSource(const image::Layer& layer, const CancelToken& cancel);
  ~LayerSource() override;

  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override;

private:
  class Writer;
  void take(std::span<const std::byte> data);
  void write_all(const image::Layer& layer, const CancelToken& cancel);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::byte> waiting_; // to be read
  std::size_t begin_ = 0;          // … from here on
  bool left_ = false;              // nobody reads any more
  bool ended_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

} // namespace nixbuild::sink
