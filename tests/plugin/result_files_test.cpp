#include "plugin/fake_world.hpp"
#include "plugin/result_files.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace nixbuild::plugin;
using nixbuild::Error;
using nixbuild::read_file;
using nixbuild::TempDir;
using nixbuild::write_file_atomically;
using nixbuild::engine::ImageStore;
namespace fs = std::filesystem;

namespace {

nixbuild::pipeline::BuildReport report_of(std::vector<nixbuild::pipeline::LoadedImage> images) {
  nixbuild::pipeline::BuildReport report;
  report.images = std::move(images);
  return report;
}

} // namespace

BOOST_AUTO_TEST_SUITE(result_files)

BOOST_AUTO_TEST_CASE(metadata_on_a_graph_driver) {
  const auto image = testing::image_named({"hello", "ghcr.io/a/b:1"});
  const std::string ones(64, '1');
  BOOST_TEST(metadata_of(image, ImageStore::graph_driver) ==
             "{\n"
             "  \"containerimage.config.digest\": \"sha256:" +
                 ones +
                 "\",\n"
                 "  \"containerimage.digest\": \"sha256:" +
                 ones +
                 "\",\n"
                 "  \"image.name\": \"docker.io/library/hello:latest,ghcr.io/a/b:1\"\n"
                 "}");
}

BOOST_AUTO_TEST_CASE(metadata_on_containerd) {
  auto image = testing::image_named({});
  image.id = image.manifest_digest.str();
  BOOST_TEST(metadata_of(image, ImageStore::containerd) ==
             "{\n  \"containerimage.digest\": \"sha256:" + std::string(64, '2') + "\"\n}");
}

BOOST_AUTO_TEST_CASE(old_image_id_does_not_survive) {
  const TempDir folder;
  const std::string id = folder.path() / "id";
  const std::string metadata = folder.path() / "metadata";
  write_file_atomically(id, "old");
  write_file_atomically(metadata, "old");
  prepare_result_files({.image_id = id, .metadata = metadata});
  BOOST_TEST(!fs::exists(id));
  BOOST_TEST(read_file(metadata) == "old");
}

BOOST_AUTO_TEST_CASE(image_id_has_no_newline) {
  const TempDir folder;
  const std::string id = folder.path() / "id";
  write_result_files({.image_id = id, .metadata = {}}, report_of({testing::image_named({"a"})}));
  BOOST_TEST(read_file(id) == "sha256:" + std::string(64, '1'));
}

BOOST_AUTO_TEST_CASE(nothing_is_written_without_an_image) {
  const TempDir folder;
  const std::string id = folder.path() / "id";
  write_result_files({.image_id = id, .metadata = folder.path() / "m"}, report_of({}));
  BOOST_TEST(fs::is_empty(folder.path()));
}

BOOST_AUTO_TEST_CASE(folders_must_exist) {
  const TempDir folder;
  const std::string file = folder.path() / "none" / "file";
  BOOST_CHECK_THROW(prepare_result_files({.image_id = file, .metadata = {}}), Error);
  BOOST_CHECK_THROW(prepare_result_files({.image_id = {}, .metadata = file}), Error);
  BOOST_CHECK_THROW(prepare_result_files({.image_id = folder.path(), .metadata = {}}), Error);
  BOOST_TEST(fs::exists(folder.path()));
}

BOOST_AUTO_TEST_SUITE_END()
