#include "plugin/results.hpp"

#include "support/format.hpp"

namespace nixbuild::plugin {

void print_results(const std::vector<pipeline::LoadedImage>& images, Results results,
                   progress::Output& out) {
  if (results == Results::nothing) return;
  for (const pipeline::LoadedImage& image : images) {
    if (results == Results::ids) {
      out.write(image.id + "\n");
      continue;
    }
    if (image.names.empty()) out.write(format("Loaded image ID: {}\n", image.id));
    for (const oci::Reference& name : image.names)
      out.write(format("Loaded image: {}\n", name.familiar()));
  }
}

} // namespace nixbuild::plugin
