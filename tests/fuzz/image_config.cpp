#include "oci/image_config.hpp"

#include "fuzz/fuzzing.hpp"

using namespace nixbuild;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzing::expect_corrupt_at_worst([&] {
    const auto config = oci::parse_image_config(fuzzing::text(data, size), "config");
    fuzzing::require(!config.platform.architecture.empty());
  });
  return 0;
}
