#include "sink/load_progress.hpp"

#include "support/format.hpp"

namespace nixbuild::sink {

void LoadProgress::sent(std::size_t layer, std::uint64_t written) {
  const image::Layer& known = image_.layers.at(layer);
  const std::scoped_lock lock(mutex_);
  step_.advance(format("sending layer {}", known.diff_id.hex().substr(0, 12)), written, known.size,
                written == known.size);
}

void LoadProgress::unpacked(std::string_view layer, std::uint64_t current, std::uint64_t total) {
  const std::scoped_lock lock(mutex_);
  step_.advance(format("unpacking layer {}", layer), current, total, current >= total);
}

} // namespace nixbuild::sink
