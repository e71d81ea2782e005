#include "sink/storing_progress.hpp"

#include "support/format.hpp"

namespace nixbuild::sink {

void StoringProgress::read(const image::Layer& layer, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  step_.advance(format("{} layer {}", verb_, layer.diff_id.hex().substr(0, 12)), bytes, layer.size,
                bytes == layer.size);
}

void StoringProgress::log(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  step_.log(line);
}

} // namespace nixbuild::sink
