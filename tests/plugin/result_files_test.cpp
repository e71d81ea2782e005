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

const std::vector<nixbuild::pipeline::Output> to_engine{nixbuild::pipeline::LoadOutput{}};

nixbuild::pipeline::BuildReport report_of(std::vector<nixbuild::pipeline::LoadedImage> images,
                                          ImageStore store = ImageStore::graph_driver) {
  nixbuild::pipeline::BuildReport report;
  report.images = std::move(images);
  report.engine.store = store;
  return report;
}

} // namespace

BOOST_AUTO_TEST_SUITE(result_files)

BOOST_AUTO_TEST_CASE(metadata_on_a_graph_driver) {
  const auto image = testing::image_named({"hello", "ghcr.io/a/b:1"});
  const std::string ones(64, '1');
  BOOST_TEST(metadata_of(report_of({image}, ImageStore::graph_driver)) ==
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
  BOOST_TEST(metadata_of(report_of({image}, ImageStore::containerd)) ==
             "{\n  \"containerimage.digest\": \"sha256:" + std::string(64, '2') + "\"\n}");
}

BOOST_AUTO_TEST_CASE(metadata_of_a_push) {
  nixbuild::pipeline::BuildReport report = report_of({testing::image_named({"hello"})});
  report.pushed = {{.digest = testing::digest_of('3'),
                    .media_type = "application/vnd.oci.image.index.v1+json",
                    .size = 7,
                    .config_digest = testing::digest_of('1'),
                    .names = testing::image_named({"hello", "ghcr.io/a/b:1"}).names,
                    .platforms = {}}};
  const std::string threes(64, '3');
  BOOST_TEST(metadata_of(report) ==
             "{\n"
             "  \"containerimage.config.digest\": \"sha256:" +
                 std::string(64, '1') +
                 "\",\n"
                 "  \"containerimage.descriptor\": {\n"
                 "    \"mediaType\": \"application/vnd.oci.image.index.v1+json\",\n"
                 "    \"digest\": \"sha256:" +
                 threes +
                 "\",\n"
                 "    \"size\": 7\n"
                 "  },\n"
                 "  \"containerimage.digest\": \"sha256:" +
                 threes +
                 "\",\n"
                 "  \"image.name\": \"docker.io/library/hello:latest,ghcr.io/a/b:1\"\n"
                 "}");
}

BOOST_AUTO_TEST_CASE(metadata_of_a_push_by_digest) {
  nixbuild::pipeline::BuildReport report = report_of({});
  const std::string digest = testing::digest_of('3').str();
  report.pushed = {{.digest = testing::digest_of('3'),
                    .media_type = "x",
                    .config_digest = testing::digest_of('1'),
                    .names = testing::image_named({"ghcr.io/a/b@" + digest}).names,
                    .platforms = {}}};
  BOOST_TEST(metadata_of(report).contains("\"image.name\": \"ghcr.io/a/b\"\n"));
}

BOOST_AUTO_TEST_CASE(no_image_no_id) {
  using nixbuild::pipeline::FileOutput;
  using nixbuild::sink::FileFormat;
  const TempDir folder;
  const ResultFiles files{.image_id = folder.path() / "id", .metadata = {}};
  BOOST_CHECK_THROW(prepare_result_files(files, {FileOutput{.format = FileFormat::tar}}), Error);
  prepare_result_files(files, {FileOutput{.format = FileFormat::oci}});
  prepare_result_files(files, {FileOutput{.format = FileFormat::tar}, to_engine.front()});
}

BOOST_AUTO_TEST_CASE(old_image_id_does_not_survive) {
  const TempDir folder;
  const std::string id = folder.path() / "id";
  const std::string metadata = folder.path() / "metadata";
  write_file_atomically(id, "old");
  write_file_atomically(metadata, "old");
  prepare_result_files({.image_id = id, .metadata = metadata}, to_engine);
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
  BOOST_CHECK_THROW(prepare_result_files({.image_id = file, .metadata = {}}, to_engine), Error);
  BOOST_CHECK_THROW(prepare_result_files({.image_id = {}, .metadata = file}, to_engine), Error);
  BOOST_CHECK_THROW(prepare_result_files({.image_id = folder.path(), .metadata = {}}, to_engine),
                    Error);
  BOOST_TEST(fs::exists(folder.path()));
}

BOOST_AUTO_TEST_SUITE_END()
