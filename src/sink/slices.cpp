#include "sink/slices.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace nixbuild::sink {

namespace {

// The layers of the plan from index `begin` on, and those that repeat one of them.
std::vector<std::size_t> missing_layers_of(const image::Image& image, const LoadPlan& plan) {
  std::set<oci::Digest> digests;
  for (const std::size_t index : plan.layers)
    digests.insert(image.layers.at(index).digest);
  std::vector<std::size_t> missing;
  for (std::size_t i = plan.layers.empty() ? 0 : plan.layers.front(); i < image.layers.size();
       ++i) {
    if (digests.contains(image.layers[i].digest)) missing.push_back(i);
  }
  return missing;
}

} // namespace

SliceSizes slice_sizes(engine::ImageStore store) {
  constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;
  switch (store) {
  case engine::ImageStore::graph_driver:
    return {.worth_cutting = 128 * mebibyte, .most = 8};
  case engine::ImageStore::containerd:
    // Looks at all layers of a prefix image again, and unpacks more quickly than it receives.
    return {.worth_cutting = 256 * mebibyte, .most = 4};
  case engine::ImageStore::containers_storage:
    break; // copies every tar several times over before it unpacks any
  }
  return {.worth_cutting = 0, .most = 1};
}

std::vector<Slice> slices_of(const image::Image& image, const LoadPlan& plan,
                             const SliceSizes& sizes) {
  if (plan.layer_bytes < sizes.worth_cutting || sizes.most <= 1) {
    return {{.end = image.layers.size(), .plan = plan}};
  }
  const std::uint64_t wanted = (plan.layer_bytes + sizes.most - 1) / sizes.most;

  std::vector<Slice> slices;
  Slice slice;
  std::set<oci::Digest> in_slice;
  for (const std::size_t index : missing_layers_of(image, plan)) {
    if (slice.plan.layer_bytes >= wanted && slices.size() + 1 < sizes.most) {
      slices.push_back(std::exchange(slice, {}));
      in_slice.clear();
    }
    slice.end = index + 1;
    if (!in_slice.insert(image.layers[index].digest).second) continue;
    slice.plan.layers.push_back(index);
    slice.plan.layer_bytes += image.layers[index].size;
  }
  slice.end = image.layers.size();
  slices.push_back(std::move(slice));
  return slices;
}

} // namespace nixbuild::sink
