#include "image/layer_limit.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::image {

void require_layer_count(std::size_t count, std::string_view image, std::string_view remedy) {
  if (count == 0) throw Error(ErrorKind::invalid_input, format("{} has no layers", image));
  if (count > most_layers) {
    throw Error(ErrorKind::invalid_input,
                format("{} has {} layers, and engines take {} at most", image, count, most_layers))
        .with_hint(std::string(remedy));
  }
}

} // namespace nixbuild::image
