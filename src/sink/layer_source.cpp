#include "sink/layer_source.hpp"

#include "sink/checked_layer.hpp"
#include "support/error.hpp"

#include <algorithm>

namespace nixbuild::sink {

namespace {

constexpr std::size_t most_waiting = std::size_t{1} << 20U;

} // namespace

class LayerSource::Writer final : public archive::Sink {
public:
  explicit Writer(LayerSource& source) : source_(source) {}
  void write(std::span<const std::byte> data) override { source_.take(data); }

private:
  LayerSource& source_;
};

LayerSource::LayerSource(const image::Layer& layer, const CancelToken& cancel)
    : thread_([this, &layer, &cancel] { write_all(layer, cancel); }) {}

LayerSource::~LayerSource() {
  {
    const std::scoped_lock lock(mutex_);
    left_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void LayerSource::write_all(const image::Layer& layer, const CancelToken& cancel) {
  std::exception_ptr failure;
  try {
    Writer writer(*this);
    CheckedLayer checked(layer, writer, {});
    layer.content->write_to(checked, cancel);
    checked.finish();
  } catch (...) {
    failure = std::current_exception();
  }
  const std::scoped_lock lock(mutex_);
  failure_ = failure;
  ended_ = true;
  changed_.notify_all();
}

void LayerSource::take(std::span<const std::byte> data) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return left_ || waiting_.size() - begin_ < most_waiting; });
  if (left_) throw Error(ErrorKind::cancelled, "nobody reads the layer any more");
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(begin_));
  begin_ = 0;
  waiting_.insert(waiting_.end(), data.begin(), data.end());
  changed_.notify_all();
}

std::size_t LayerSource::read(std::span<std::byte> buffer) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_ || begin_ < waiting_.size(); });
  const std::size_t got = std::min(buffer.size(), waiting_.size() - begin_);
  if (got == 0 && failure_) std::rethrow_exception(failure_);
  std::copy_n(waiting_.begin() + static_cast<std::ptrdiff_t>(begin_), got, buffer.begin());
  begin_ += got;
  changed_.notify_all();
  return got;
}

} // namespace nixbuild::sink
