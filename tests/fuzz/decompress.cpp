#include "archive/decompress.hpp"

#include "fakes/memory_stream.hpp"
#include "fuzz/fuzzing.hpp"

using namespace nixbuild;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(fuzzing::text(data, size));
  const auto compression = archive::detect_compression(std::as_bytes(std::span(bytes)));
  for (const std::size_t piece : {std::size_t{1}, std::size_t{65536}}) {
    fuzzing::expect_corrupt_at_worst([&] {
      const auto source =
          archive::decompress(std::make_unique<fakes::MemorySource>(bytes, piece), compression);
      (void)fuzzing::drain(*source, std::uint64_t{1} << 20U);
    });
  }
  return 0;
}
