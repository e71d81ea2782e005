#include "archive/tar_reader.hpp"
#include "fakes/compress.hpp"
#include "fakes/memory_image.hpp"
#include "fakes/memory_stream.hpp"
#include "fakes/recording_reporter.hpp"
#include "fakes/tar_builder.hpp"
#include "sink/image_file.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace nixbuild;
using fakes::TarBuilder;
using oci::Digest;
using Strings = std::vector<std::string>;

namespace {

const sink::FileOptions options{.format = sink::FileFormat::tar};

image::ImageSet image_of(const std::vector<TarBuilder>& layers) {
  Strings tars;
  for (const TarBuilder& layer : layers)
    tars.push_back(layer.finished());
  return {{.image = fakes::memory_image(tars), .attestations = {}}};
}

std::string tar_of(const image::ImageSet& images) {
  fakes::RecordingReporter reporter;
  fakes::MemorySink out;
  sink::write_image_tar(images, {}, options, out, reporter, {});
  return out.text;
}

// "name", "name -> target", "name = hard link target", "name: content", "name/", in their order.
Strings listed(const std::string& tar) {
  Strings list;
  fakes::MemorySource source(tar);
  archive::TarReader reader(source);
  while (const auto entry = reader.next()) {
    switch (entry->type) {
    case archive::TarType::directory:
      list.push_back(entry->name + "/");
      break;
    case archive::TarType::symbolic_link:
      list.push_back(entry->name + " -> " + entry->link_target);
      break;
    case archive::TarType::hard_link:
      list.push_back(entry->name + " = " + entry->link_target);
      break;
    case archive::TarType::file:
      list.push_back(entry->name + ": " + fakes::read_all(reader));
      break;
    case archive::TarType::sparse_file:
    case archive::TarType::other:
      list.push_back(entry->name);
      break;
    }
  }
  return list;
}

Strings files_of(const std::vector<TarBuilder>& layers) {
  return listed(tar_of(image_of(layers)));
}

void check_same(const Strings& found, const Strings& wanted) {
  BOOST_TEST(found == wanted, boost::test_tools::per_element());
}

ErrorKind kind_of(const std::function<void()>& operation) {
  try {
    operation();
  } catch (const Error& error) {
    BOOST_TEST_MESSAGE(error.message());
    return error.kind();
  }
  return ErrorKind::internal;
}

struct Folder {
  void write(const image::ImageSet& images) {
    sink::write_image_folder(images, {}, options, path, reporter, {});
  }
  void write(const std::vector<TarBuilder>& layers) { write(image_of(layers)); }

  TempDir directory;
  fs::path path = directory.path() / "files";
  fakes::RecordingReporter reporter;
};

} // namespace

BOOST_AUTO_TEST_SUITE(file_tree)

BOOST_AUTO_TEST_CASE(upper_layers_count) {
  check_same(files_of({TarBuilder().directory("etc").file("etc/a", "old").file("etc/b", "b"),
                       TarBuilder().file("./etc/a", "new").file("/etc/c", "c")}),
             {"etc/", "etc/b: b", "etc/a: new", "etc/c: c"});
}

BOOST_AUTO_TEST_CASE(whiteouts_take_away_what_is_below_them) {
  check_same(files_of({TarBuilder()
                           .file("a", "1")
                           .file("ab", "2")
                           .directory("d")
                           .file("d/x", "3")
                           .file("e/y", "4"),
                       TarBuilder().file(".wh.a", "").file(".wh.d", "").file("e/.wh.none", "")}),
             {"ab: 2", "e/y: 4"});
}

BOOST_AUTO_TEST_CASE(whiteouts_leave_what_is_in_their_own_layer) {
  for (const bool first : {true, false}) {
    TarBuilder upper;
    if (first) upper.file(".wh.d", "").file("d/.wh..wh..opq", "");
    upper.file("d/new", "2");
    if (!first) upper.file(".wh.d", "").file("d/.wh..wh..opq", "");
    check_same(files_of({TarBuilder().file("d/old", "1"), upper}), {"d/new: 2"});
  }
}

BOOST_AUTO_TEST_CASE(an_opaque_folder_hides_its_old_content_alone) {
  check_same(files_of({TarBuilder().directory("d").file("d/e/old", "1").file("other", "2"),
                       TarBuilder().file("d/.wh..wh..opq", "").file("d/new", "3")}),
             {"d/", "other: 2", "d/new: 3"});
}

BOOST_AUTO_TEST_CASE(metadata_of_old_drivers_is_no_file) {
  check_same(
      files_of({TarBuilder().file(".wh..wh.aufs", "").file(".wh..wh.plnk/1", "").file("a", "")}),
      {"a: "});
}

BOOST_AUTO_TEST_CASE(files_and_folders_replace_each_other) {
  check_same(files_of({TarBuilder().file("d/x", "1").file("f", "2"),
                       TarBuilder().file("d", "3").file("f/y", "4")}),
             {"d: 3", "f/y: 4"});
}

BOOST_AUTO_TEST_CASE(hard_links_lead_to_what_they_led_to) {
  check_same(files_of({TarBuilder().file("a", "1").hard_link("b", "a").hard_link("c", "/a")}),
             {"a: 1", "b = a", "c = a"});
  // The file has lost its own name.
  check_same(files_of({TarBuilder().file("a", "old").hard_link("b", "a").hard_link("c", "b"),
                       TarBuilder().file("a", "new")}),
             {"b: old", "c = b", "a: new"});
  check_same(files_of({TarBuilder().file("a", "1"), TarBuilder().hard_link("z", "a"),
                       TarBuilder().file(".wh.a", "")}),
             {"z: 1"});
}

BOOST_AUTO_TEST_CASE(links_on_the_way_are_followed_inside_of_the_image) {
  check_same(
      files_of({TarBuilder()
                    .directory("usr")
                    .symbolic_link("lib", "usr/lib")
                    .symbolic_link("abs", "/usr/../../usr"),
                TarBuilder().file("lib/x", "1").file("abs/y", "2").hard_link("h", "lib/x")}),
      {"usr/", "lib -> usr/lib", "abs -> /usr/../../usr", "h: 1", "usr/lib/x = h", "usr/y: 2"});
  check_same(
      files_of({TarBuilder().symbolic_link("up", "../../.."), TarBuilder().file("up/x", "1")}),
      {"up -> ../../..", "x: 1"});
  BOOST_TEST((kind_of([] {
                (void)files_of({TarBuilder().symbolic_link("a", "b").symbolic_link("b", "a").file(
                    "a/x", "1")});
              }) == ErrorKind::corrupt));
}

BOOST_AUTO_TEST_CASE(names_that_lead_out_are_refused) {
  BOOST_TEST(
      (kind_of([] { (void)files_of({TarBuilder().file("../x", "1")}); }) == ErrorKind::corrupt));
  BOOST_TEST((kind_of([] { (void)files_of({TarBuilder().file("a/../../x", "1")}); }) ==
              ErrorKind::corrupt));
  BOOST_TEST((kind_of([] { (void)files_of({TarBuilder().hard_link("x", "../../etc/passwd")}); }) ==
              ErrorKind::corrupt));
  BOOST_TEST((kind_of([] { (void)files_of({TarBuilder().hard_link("x", "etc/passwd")}); }) ==
              ErrorKind::corrupt));
}

BOOST_AUTO_TEST_CASE(attributes_stay) {
  const std::string capability("\x01\x00\x00\x02", 4);
  const std::string long_name = std::string(150, 'n') + "/é";
  const std::string tar =
      tar_of(image_of({TarBuilder()
                           .pax({"path=" + long_name, "uid=3000000", "mtime=1700000000.5", "gid=7",
                                 "SCHILY.xattr.security.capability=" + capability})
                           .file("short", "content")}));
  fakes::MemorySource source(tar);
  archive::TarReader reader(source);
  const auto entry = reader.next();
  BOOST_REQUIRE(entry.has_value());
  BOOST_TEST(entry->name == long_name);
  BOOST_TEST(entry->attributes.uid == 3000000U);
  BOOST_TEST(entry->attributes.gid == 7U);
  BOOST_TEST(entry->attributes.mode == 0644U);
  BOOST_TEST(entry->attributes.mtime == 1700000000);
  BOOST_TEST(entry->attributes.extended.at("security.capability") == capability);
  BOOST_TEST(fakes::read_all(reader) == "content");
}

BOOST_AUTO_TEST_CASE(compressed_layers_and_several_platforms) {
  const std::string tar = TarBuilder().file("a", "1").hard_link("b", "a").finished();
  auto images = image_of({TarBuilder().file("a", "0")});
  image::Image arm = fakes::memory_image({fakes::gzip(tar)});
  arm.platform = {.os = "linux", .architecture = "arm", .variant = "v7"};
  arm.layers[0].diff_id = Digest::of(tar);
  arm.layers[0].media_type = "application/vnd.oci.image.layer.v1.tar+gzip";
  images.push_back({.image = std::move(arm), .attestations = {}});
  const std::string written = tar_of(images);
  check_same(listed(written),
             {"linux_amd64/a: 0", "linux_arm_v7/a: 1", "linux_arm_v7/b = linux_arm_v7/a"});
  BOOST_TEST((written == tar_of(images)));
}

BOOST_AUTO_TEST_CASE(damage_is_found_before_anything_is_written) {
  auto images = image_of({TarBuilder().file("a", "0"), TarBuilder().file("b", "0")});
  images[0].image.layers[1].content =
      std::make_shared<fakes::MemoryLayer>(TarBuilder().file("b", "1").finished());
  fakes::RecordingReporter reporter;
  fakes::MemorySink out;
  BOOST_TEST((kind_of([&] { sink::write_image_tar(images, {}, options, out, reporter, {}); }) ==
              ErrorKind::corrupt));
  BOOST_TEST(out.text.empty());
}

BOOST_AUTO_TEST_CASE(a_folder_gets_the_files) {
  Folder folder;
  folder.write({TarBuilder()
                    .entry({.name = "d", .type_flag = '5'}, "")
                    .file("d/e/a", "1")
                    .hard_link("d/b", "d/e/a")
                    .symbolic_link("c", "/etc/passwd")});
  BOOST_TEST(read_file(folder.path / "d/e/a") == "1");
  BOOST_TEST(fs::hard_link_count(folder.path / "d/b") == 2U);
  BOOST_TEST(fs::read_symlink(folder.path / "c").string() == "/etc/passwd");
  struct stat status{};
  BOOST_REQUIRE(::stat((folder.path / "d").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777U) == 0644U);
  BOOST_TEST(status.st_mtime == 0);
  BOOST_TEST(status.st_uid == ::getuid());
  BOOST_TEST(folder.reporter.warnings().empty());
}

BOOST_AUTO_TEST_CASE(nothing_is_written_outside_of_the_folder) {
  Folder folder;
  const fs::path outside = folder.directory.path() / "outside";
  fs::create_directory(outside);
  folder.write(
      {TarBuilder().symbolic_link("out", outside.string()).symbolic_link("up", "../outside"),
       TarBuilder().file("out/x", "1").file("up/y", "2")});
  BOOST_TEST(fs::is_empty(outside));
  BOOST_TEST(read_file(folder.path / outside.relative_path() / "x") == "1");
  BOOST_TEST(read_file(folder.path / "outside/y") == "2");
}

BOOST_AUTO_TEST_CASE(a_folder_with_something_in_it_is_left_alone) {
  Folder folder;
  fs::create_directory(folder.path);
  write_file_atomically(folder.path / "mine", "1");
  BOOST_TEST((kind_of([&] { folder.write({TarBuilder().file("mine", "2")}); }) ==
              ErrorKind::invalid_input));
  BOOST_TEST(read_file(folder.path / "mine") == "1");
}

BOOST_AUTO_TEST_CASE(pipes_are_made_and_unknown_entries_left_out) {
  Folder folder;
  folder.write({TarBuilder()
                    .raw(fakes::RawTarHeader{.name = "pipe", .type_flag = '6'}.block())
                    .raw(fakes::RawTarHeader{.name = "volume", .type_flag = 'V'}.block())
                    .file("a", "1")});
  struct stat status{};
  BOOST_REQUIRE(::lstat((folder.path / "pipe").c_str(), &status) == 0);
  BOOST_TEST(S_ISFIFO(status.st_mode));
  BOOST_TEST((status.st_mode & 07777U) == 0644U);
  BOOST_TEST(!fs::exists(folder.path / "volume"));
  BOOST_TEST(fs::exists(folder.path / "a"));
}

BOOST_AUTO_TEST_SUITE_END()
