#include "image/stable_order.hpp"

#include "image/config_layers.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace nixbuild::image {

namespace {

using Order = std::vector<std::size_t>; // what stood at order[i] comes to i

Order arranged(const Image& image, const std::vector<oci::Digest>& previous) {
  std::map<oci::Digest, std::size_t> place_before;
  for (std::size_t i = 0; i < previous.size(); ++i)
    place_before.emplace(previous[i], i);
  const auto rank = [&](std::size_t index) {
    const auto place = place_before.find(image.layers[index].diff_id);
    return place == place_before.end() ? previous.size() : place->second;
  };

  std::vector<std::size_t> movable;
  for (std::size_t i = 0; i < image.layers.size(); ++i) {
    if (image.layers[i].movable) movable.push_back(i);
  }
  std::vector<std::size_t> sorted = movable;
  std::ranges::sort(sorted, {}, [&](std::size_t index) { return std::pair(rank(index), index); });

  Order order(image.layers.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = i;
  for (std::size_t i = 0; i < movable.size(); ++i)
    order[movable[i]] = sorted[i];
  return order;
}

struct Common {
  std::size_t layers = 0;
  std::uint64_t bytes = 0;
};

// The layers at the bottom that both have.
Common common_bottom(const std::vector<Layer>& layers, const std::vector<oci::Digest>& previous) {
  Common common;
  while (common.layers < std::min(layers.size(), previous.size()) &&
         layers[common.layers].diff_id == previous[common.layers]) {
    common.bytes += layers[common.layers].size;
    ++common.layers;
  }
  return common;
}

} // namespace

std::optional<StableOrder> stable_order(const Image& image,
                                        const std::vector<oci::Digest>& previous) {
  const Order order = arranged(image, previous);
  std::vector<Layer> layers;
  layers.reserve(order.size());
  for (const std::size_t index : order)
    layers.push_back(image.layers[index]);

  const Common before = common_bottom(image.layers, previous);
  const Common after = common_bottom(layers, previous);
  if (after.layers <= before.layers) return std::nullopt;

  StableOrder result{.image = {.config = permute_config_layers(image.config, order),
                               .config_digest = image.config_digest,
                               .platform = image.platform,
                               .layers = std::move(layers),
                               .names = image.names},
                     .layers = after.layers - before.layers,
                     .bytes = after.bytes - before.bytes};
  result.image.config_digest = oci::Digest::of(result.image.config);
  return result;
}

} // namespace nixbuild::image
