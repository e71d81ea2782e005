#include "archive/tar_reader.hpp"

#include "fakes/memory_stream.hpp"
#include "fuzz/fuzzing.hpp"
#include "fuzz/repaired_tar.hpp"

using namespace nixbuild;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes =
      fuzzing::with_repaired_checksums(std::string(fuzzing::text(data, size)));
  fuzzing::expect_corrupt_at_worst([&] {
    fakes::MemorySource source(bytes, 1000);
    archive::TarReader reader(source);
    bool read = false;
    while (const auto entry = reader.next()) {
      fuzzing::require(entry->offset % 512 == 0 && entry->offset <= bytes.size());
      fuzzing::require(entry->name.find('\0') == std::string::npos);
      read = !read; // every other content is left to next()
      if (read) fuzzing::require(fuzzing::drain(reader, entry->size) == entry->size);
    }
  });
  return 0;
}
