#include "image/docker_archive.hpp"

#include "fuzz/fuzzing.hpp"
#include "fuzz/repaired_tar.hpp"
#include "sink/load_tar.hpp"
#include "support/files.hpp"

using namespace nixbuild;

namespace {

class CountingSink final : public archive::Sink {
public:
  void write(std::span<const std::byte> data) override { count += data.size(); }
  std::uint64_t count = 0;
};

void load(const std::filesystem::path& file) {
  for (const image::Image& image : image::read_docker_archive(file, {})) {
    fuzzing::require(!image.layers.empty() && image.layers.size() <= 125);
    const sink::LoadPlan plan = sink::full_load(image);
    const sink::LoadTar tar(image, plan, sink::TarForm::both);
    CountingSink sink;
    fuzzing::expect_corrupt_at_worst([&] {
      tar.write(sink, [](std::size_t, std::uint64_t) {}, {});
      fuzzing::require(sink.count == tar.size());
    });
    fuzzing::require(sink.count <= tar.size());
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TempDir directory;
  static const std::filesystem::path file = directory.path() / "image.tar";
  write_file_atomically(file,
                        fuzzing::with_repaired_checksums(std::string(fuzzing::text(data, size))));
  (void)image::looks_like_archive(file);
  fuzzing::expect_corrupt_at_worst([] { load(file); });
  return 0;
}
