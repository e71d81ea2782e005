#include "sink/load_plan.hpp"

#include <set>

namespace nixbuild::sink {

LoadPlan full_load(const image::Image& image) {
  LoadPlan plan;
  std::set<oci::Digest> planned;
  for (std::size_t i = 0; i < image.layers.size(); ++i) {
    if (!planned.insert(image.layers[i].digest).second) continue;
    plan.layers.push_back(i);
    plan.layer_bytes += image.layers[i].size;
  }
  return plan;
}

} // namespace nixbuild::sink
