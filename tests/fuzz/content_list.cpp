#include "engine/content_list.hpp"

#include "fuzz/fuzzing.hpp"

using namespace nixbuild;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzing::expect_corrupt_at_worst([&] {
    // A digest takes more than 70 bytes in a message.
    const auto digests = engine::parse_content_list({std::string(fuzzing::text(data, size))});
    fuzzing::require(digests.size() <= size / 70);
  });
  return 0;
}
