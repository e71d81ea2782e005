#include "cache/nar_info.hpp"

#include "fuzz/fuzzing.hpp"

using namespace nixbuild;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzzing::text(data, size);
  fuzzing::expect_corrupt_at_worst([&] {
    const cache::NarInfo info = cache::parse_nar_info(text);
    fuzzing::require(!info.url.empty());
    for (const std::string& reference : info.references)
      fuzzing::require(!reference.contains('/'));
  });
  fuzzing::expect_corrupt_at_worst([&] { (void)cache::parse_cache_info(text); });
  return 0;
}
