#include "archive/decompress.hpp"
#include "fakes/compress.hpp"
#include "fakes/memory_image.hpp"
#include "fakes/memory_stream.hpp"
#include "fakes/recording_reporter.hpp"
#include "image/docker_archive.hpp"
#include "image/oci_layout.hpp"
#include "sink/image_file.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using namespace nixbuild;
using archive::Compression;
using oci::Digest;
using sink::FileFormat;
using sink::FileOptions;
using Strings = std::vector<std::string>;

namespace {

const oci::Platform amd64{.os = "linux", .architecture = "amd64", .variant = {}};
const oci::Platform arm64{.os = "linux", .architecture = "arm64", .variant = {}};

image::PlatformImage platform_image(const Strings& layers, const oci::Platform& platform = amd64) {
  image::Image image = fakes::memory_image(layers);
  Strings diff_ids;
  for (const image::Layer& layer : image.layers)
    diff_ids.push_back(layer.diff_id.str());
  image.platform = platform;
  image.config = fakes::config_json(diff_ids, platform.architecture);
  image.config_digest = Digest::of(image.config);
  return {.image = std::move(image), .attestations = {}};
}

std::vector<oci::Reference> references(const Strings& names) {
  std::vector<oci::Reference> list;
  for (const std::string& name : names)
    list.push_back(*oci::Reference::parse(name));
  return list;
}

std::string tar_of(const image::ImageSet& images, const Strings& names,
                   const FileOptions& options) {
  fakes::RecordingReporter reporter;
  fakes::MemorySink out;
  sink::write_image_tar(images, references(names), options, out, reporter, {});
  return out.text;
}

void write_folder(const image::ImageSet& images, const Strings& names, const FileOptions& options,
                  const fs::path& folder) {
  fakes::RecordingReporter reporter;
  sink::write_image_folder(images, references(names), options, folder, reporter, {});
}

// The bytes of an image's layers, decompressed.
Strings contents(const image::Image& image) {
  Strings list;
  for (const image::Layer& layer : image.layers) {
    fakes::MemorySink bytes;
    layer.content->write_to(bytes, {});
    BOOST_TEST(Digest::of(bytes.text).str() == layer.digest.str());
    const auto compression = archive::detect_compression(std::as_bytes(std::span(bytes.text)));
    list.push_back(fakes::read_all(
        *archive::decompress(std::make_unique<fakes::MemorySource>(bytes.text), compression)));
  }
  return list;
}

// The files below `folder`, sorted.
Strings files_in(const fs::path& folder) {
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_directory()) files.insert(entry.path().lexically_relative(folder).string());
  }
  return {files.begin(), files.end()};
}

ErrorKind kind_of(const std::function<void()>& operation) {
  try {
    operation();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

const std::string one = fakes::layer_tar("one");
const std::string two = fakes::layer_tar("two");

} // namespace

BOOST_AUTO_TEST_SUITE(image_file)

BOOST_AUTO_TEST_CASE(a_layout_is_read_back_with_its_names) {
  const TempDir directory;
  const auto folder = directory.path() / "deep/layout";
  write_folder({platform_image({one, two})}, {"app:1", "reg.example/team/app:2"}, {}, folder);
  const auto images = image::read_oci_layout_folder(folder, amd64);
  BOOST_REQUIRE(images.size() == 1U);
  BOOST_REQUIRE(images[0].names.size() == 2U);
  BOOST_TEST(images[0].names[0].str() == "docker.io/library/app:1");
  BOOST_TEST(images[0].names[1].str() == "reg.example/team/app:2");
  BOOST_TEST(contents(images[0]) == (Strings{one, two}), boost::test_tools::per_element());
  BOOST_TEST(images[0].layers.at(0).digest.str() == Digest::of(one).str());
  BOOST_TEST(read_file(folder / "index.json").find(R"("org.opencontainers.image.ref.name":"1")") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(layers_are_compressed_where_it_is_asked_for) {
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    const TempDir directory;
    const FileOptions options{.compression = compression};
    write_folder({platform_image({one, two, one})}, {"app:1"}, options, directory.path() / "a");
    const auto images = image::read_oci_layout_folder(directory.path() / "a", amd64);
    BOOST_REQUIRE(images.size() == 1U);
    BOOST_TEST(contents(images[0]) == (Strings{one, two, one}), boost::test_tools::per_element());
    BOOST_TEST(images[0].layers.at(1).digest.str() != Digest::of(two).str());
    BOOST_TEST(images[0].layers.at(1).size < two.size());
    // In a tar it is the same.
    const auto file = directory.path() / "a.tar";
    write_file_atomically(file, tar_of({platform_image({one, two, one})}, {"app:1"},
                                       {.format = FileFormat::docker, .compression = compression}));
    const auto archived = image::read_docker_archive(file, {});
    BOOST_REQUIRE(archived.size() == 1U);
    BOOST_TEST(archived[0].layers.at(1).digest.str() == images[0].layers.at(1).digest.str());
  }
}

BOOST_AUTO_TEST_CASE(several_platforms_are_in_one_layout) {
  const TempDir directory;
  const auto folder = directory.path() / "layout";
  write_folder({platform_image({one}), platform_image({one, two}, arm64)}, {"app:1"}, {}, folder);
  BOOST_TEST(contents(image::read_oci_layout_folder(folder, amd64).at(0)) == (Strings{one}),
             boost::test_tools::per_element());
  BOOST_TEST(contents(image::read_oci_layout_folder(folder, arm64).at(0)) == (Strings{one, two}),
             boost::test_tools::per_element());
  // Two layers, two configs, two manifests, one index; oci-layout, index.json.
  BOOST_TEST(files_in(folder).size() == 9U);
}

BOOST_AUTO_TEST_CASE(a_folder_keeps_the_other_images_of_its_layout) {
  const TempDir directory;
  const auto folder = directory.path() / "layout";
  write_folder({platform_image({one})}, {"app:1"}, {}, folder);
  write_folder({platform_image({two})}, {"app:2"}, {}, folder);
  write_folder({platform_image({one, two})}, {"app:1"}, {}, folder);
  const auto images = image::read_oci_layout_folder(folder, amd64);
  BOOST_REQUIRE(images.size() == 2U);
  // The reader has them in the order of their names.
  BOOST_TEST(images[0].names.at(0).tag() == "1");
  BOOST_TEST(images[0].layers.size() == 2U);
  BOOST_TEST(images[1].names.at(0).tag() == "2");
  BOOST_TEST(images[1].layers.size() == 1U);
  const std::string before = read_file(folder / "index.json");
  write_folder({platform_image({one, two})}, {"app:1"}, {}, folder);
  BOOST_TEST(read_file(folder / "index.json") == before);
}

BOOST_AUTO_TEST_CASE(a_folder_of_something_else_is_left_alone) {
  const TempDir directory;
  write_file_atomically(directory.path() / "thesis.txt", "text");
  const auto image = platform_image({one});
  BOOST_TEST((kind_of([&] { write_folder({image}, {"app:1"}, {}, directory.path()); }) ==
              ErrorKind::invalid_input));
  BOOST_TEST((kind_of([&] {
                write_folder({image}, {"app:1"}, {}, directory.path() / "thesis.txt");
              }) == ErrorKind::invalid_input));
  BOOST_TEST(files_in(directory.path()) == (Strings{"thesis.txt"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_docker_archive_has_its_names) {
  const TempDir directory;
  const auto file = directory.path() / "image.tar";
  const image::ImageSet images{platform_image({one, two})};
  const FileOptions options{.format = FileFormat::docker};
  const std::string bytes = tar_of(images, {"app:1", "reg.example/app:2"}, options);
  write_file_atomically(file, bytes);
  const auto read = image::read_docker_archive(file, {});
  BOOST_REQUIRE(read.size() == 1U);
  BOOST_TEST(read[0].names.size() == 2U);
  BOOST_TEST(read[0].names.at(1).str() == "reg.example/app:2");
  BOOST_TEST(read[0].config_digest.str() == images[0].image.config_digest.str());
  BOOST_TEST(contents(read[0]) == (Strings{one, two}), boost::test_tools::per_element());
  BOOST_TEST((bytes == tar_of(images, {"app:1", "reg.example/app:2"}, options)));
}

BOOST_AUTO_TEST_CASE(a_docker_archive_is_for_one_platform) {
  const FileOptions options{.format = FileFormat::docker};
  BOOST_TEST((kind_of([&] {
                (void)tar_of({platform_image({one}), platform_image({two}, arm64)}, {"app:1"},
                             options);
              }) == ErrorKind::invalid_input));
}

BOOST_AUTO_TEST_CASE(damaged_layers_are_found) {
  auto image = platform_image({one, two});
  image.image.layers[1].content = std::make_shared<fakes::MemoryLayer>(one);
  for (const Compression compression : {Compression::none, Compression::gzip}) {
    BOOST_TEST((kind_of([&] { (void)tar_of({image}, {"a"}, {.compression = compression}); }) ==
                ErrorKind::corrupt));
    const TempDir directory;
    const auto folder = directory.path() / "layout";
    BOOST_TEST((kind_of([&] {
                  write_folder({image}, {"a"}, {.compression = compression}, folder);
                }) == ErrorKind::corrupt));
    BOOST_TEST(!fs::exists(folder / "index.json"));
    BOOST_TEST(files_in(folder).size() == 1U); // the layer that is whole
  }
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_an_error) {
  const auto image = platform_image({one});
  fakes::RecordingReporter reporter;
  fakes::MemorySink full(600);
  BOOST_TEST((kind_of([&] { sink::write_image_tar({image}, {}, {}, full, reporter, {}); }) ==
              ErrorKind::io));
}

BOOST_AUTO_TEST_SUITE_END()
