#include "pipeline/load_turns.hpp"

#include <algorithm>

namespace nixbuild::pipeline {

namespace {

std::set<oci::Digest> layers_of(const std::vector<image::Image>& images) {
  std::set<oci::Digest> layers;
  for (const image::Image& image : images)
    for (const image::Layer& layer : image.layers)
      layers.insert(layer.diff_id);
  return layers;
}

} // namespace

LoadTurns::Turn::~Turn() {
  {
    const std::scoped_lock lock(turns_.mutex_);
    for (const oci::Digest& layer : layers_)
      turns_.loading_.erase(layer);
  }
  turns_.changed_.notify_all();
}

std::set<oci::Digest> LoadTurns::Turn::given() const {
  const std::scoped_lock lock(turns_.mutex_);
  const auto blobs = turns_.given_.find(engine_);
  return blobs == turns_.given_.end() ? std::set<oci::Digest>() : blobs->second;
}

void LoadTurns::Turn::done(const std::vector<image::Image>& images) {
  const std::scoped_lock lock(turns_.mutex_);
  std::set<oci::Digest>& blobs = turns_.given_[engine_];
  for (const image::Image& image : images)
    for (const image::Layer& layer : image.layers)
      blobs.insert(layer.digest);
}

bool LoadTurns::are_free(const std::set<oci::Digest>& layers) const {
  return std::ranges::none_of(
      layers, [this](const oci::Digest& layer) { return loading_.contains(layer); });
}

void LoadTurns::take(std::optional<Turn>& turn, const std::string& engine,
                     const std::vector<image::Image>& images, const CancelToken& cancel) {
  std::set<oci::Digest> layers = layers_of(images);
  const auto woken = cancel.on_cancel([this](CancelLevel) {
    // Not between the waiter's look at the token and its sleep.
    {
      const std::scoped_lock lock(mutex_);
    }
    changed_.notify_all();
  });
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return cancel.cancelled() || are_free(layers); });
  cancel.throw_if_cancelled();
  loading_.insert(layers.begin(), layers.end());
  turn.emplace(*this, engine, std::move(layers));
}

} // namespace nixbuild::pipeline
