#include "digest_sink.hpp"
#include "fakes/compress.hpp"
#include "image/image_archive.hpp"
#include "image/oci_layout.hpp"
#include "layout_builder.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

namespace fs = std::filesystem;
namespace image = nixbuild::image;
using nixbuild::Error;
using nixbuild::ErrorKind;
using nixbuild::TempDir;
using nixbuild::oci::Digest;
using nixbuild::oci::Platform;
using nixbuild::tests::LayoutBuilder;
using nixbuild::tests::named;
using nixbuild::tests::platform_member;

namespace {

constexpr const char* gzip_layer = "application/vnd.oci.image.layer.v1.tar+gzip";

std::vector<image::Image> read_folder(const LayoutBuilder& layout,
                                      const std::string& platform = "linux/amd64") {
  const TempDir directory;
  layout.write_folder(directory.path());
  return image::read_oci_layout_folder(directory.path(), Platform::parse(platform).value());
}

std::string written(const image::Layer& layer) {
  nixbuild::tests::DigestSink sink;
  layer.content->write_to(sink, {});
  return "sha256:" + sink.digest();
}

auto fails_with(ErrorKind kind, const std::string& word) {
  return [kind, word](const Error& error) {
    BOOST_TEST_INFO(error.message());
    return error.kind() == kind && error.message().find(word) != std::string::npos;
  };
}

struct Fixture {
  LayoutBuilder layout;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(oci_layout, Fixture)

BOOST_AUTO_TEST_CASE(image_is_read_as_it_is) {
  const std::string packed = nixbuild::fakes::gzip("second layer");
  layout.top(layout.image(
      {LayoutBuilder::plain("first layer"), {packed, Digest::of("second layer").str(), gzip_layer}},
      "amd64", named("docker.io/library/example:1")));
  const TempDir directory;
  layout.write_folder(directory.path());
  BOOST_TEST(image::is_oci_layout_folder(directory.path()));
  const auto images =
      image::read_oci_layout_folder(directory.path(), Platform::parse("linux/amd64").value());
  BOOST_REQUIRE(images.size() == 1U);
  const image::Image& result = images[0];
  BOOST_TEST(result.config_digest.str() == Digest::of(result.config).str());
  BOOST_TEST(result.platform.str() == "linux/amd64");
  BOOST_TEST(result.names.at(0).str() == "docker.io/library/example:1");
  BOOST_REQUIRE(result.layers.size() == 2U);
  BOOST_TEST(result.layers[0].media_type == "application/vnd.oci.image.layer.v1.tar");
  BOOST_TEST(result.layers[1].media_type == gzip_layer);
  BOOST_TEST(result.layers[1].diff_id.str() == Digest::of("second layer").str());
  BOOST_TEST(result.layers[1].size == packed.size());
  for (const image::Layer& layer : result.layers)
    BOOST_TEST(written(layer) == layer.digest.str());

  BOOST_REQUIRE(result.manifest.has_value());
  BOOST_TEST(result.manifest->digest.str() == Digest::of(result.manifest->text).str());
  BOOST_TEST(result.manifest->media_type == "application/vnd.oci.image.manifest.v1+json");
}

BOOST_AUTO_TEST_CASE(archive_is_read_as_the_folder_is) {
  layout.top(layout.image({LayoutBuilder::plain("a layer")}));
  const TempDir directory;
  for (const std::string& bytes : {layout.archive(), nixbuild::fakes::gzip(layout.archive())}) {
    const fs::path file = directory.path() / "image.tar";
    std::ofstream(file, std::ios::binary) << bytes;
    const auto images = image::read_image_archive(file, Platform::parse("linux/amd64").value(), {});
    BOOST_REQUIRE(images.size() == 1U);
    BOOST_TEST(images[0].config == read_folder(layout).at(0).config);
    BOOST_TEST(written(images[0].layers.at(0)) == Digest::of("a layer").str());
  }
}

BOOST_AUTO_TEST_CASE(docker_archive_inside_of_a_layout_is_passed_over) {
  layout.top(layout.image({LayoutBuilder::plain("a layer")}));
  layout.files["manifest.json"] = "[]";
  const TempDir directory;
  const fs::path file = directory.path() / "image.tar";
  std::ofstream(file, std::ios::binary) << layout.archive();
  const auto images = image::read_image_archive(file, Platform::parse("linux/amd64").value(), {});
  BOOST_REQUIRE(images.size() == 1U);
  BOOST_TEST(images[0].manifest.has_value());
}

BOOST_AUTO_TEST_CASE(archive_without_a_layout_is_a_docker_archive) {
  const TempDir directory;
  const fs::path file = directory.path() / "image.tar";
  std::ofstream(file, std::ios::binary)
      << nixbuild::fakes::ImageArchive({nixbuild::fakes::layer_tar("x")}).bytes();
  const auto images = image::read_image_archive(file, Platform::parse("linux/arm64").value(), {});
  BOOST_REQUIRE(images.size() == 1U);
  BOOST_TEST(!images[0].manifest.has_value());
  BOOST_TEST(images[0].layers.at(0).origins.at(0).ends_with("/layer.tar"));
}

BOOST_AUTO_TEST_CASE(wanted_platform_is_found_in_indexes) {
  const std::string amd64 =
      layout.image({LayoutBuilder::plain("amd64")}, "amd64", platform_member("amd64"));
  const std::string arm64 =
      layout.image({LayoutBuilder::plain("arm64")}, "arm64", platform_member("arm64", "v8"));
  const std::string nested = layout.index(layout.index(amd64 + "," + arm64));
  for (const std::string& top : {amd64 + "," + arm64, layout.index(arm64 + "," + amd64), nested}) {
    layout.top(top);
    for (const std::string platform : {"linux/amd64", "linux/arm64"}) {
      const auto images = read_folder(layout, platform);
      BOOST_REQUIRE(images.size() == 1U);
      BOOST_TEST(images[0].platform.str() == platform);
    }
  }
}

BOOST_AUTO_TEST_CASE(platform_is_looked_up_in_the_config_when_the_index_does_not_say_it) {
  layout.top(layout.image({LayoutBuilder::plain("amd64")}, "amd64") + "," +
             layout.image({LayoutBuilder::plain("arm64")}, "arm64"));
  BOOST_TEST(read_folder(layout, "linux/arm64").at(0).platform.str() == "linux/arm64");
}

BOOST_AUTO_TEST_CASE(nearest_older_variant_is_taken) {
  const auto arm = [&](const std::string& variant) {
    return layout.image({LayoutBuilder::plain(variant)}, "arm", platform_member("arm", variant));
  };
  layout.top(arm("v5") + "," + arm("v6") + "," + arm("v8"));
  const auto images = read_folder(layout, "linux/arm/v7");
  BOOST_REQUIRE(images.size() == 1U);
  BOOST_TEST(images[0].layers.at(0).digest.str() == Digest::of("v6").str());
}

BOOST_AUTO_TEST_CASE(missing_platform_is_an_error_that_lists_those_there_are) {
  layout.top(layout.index(
      layout.image({LayoutBuilder::plain("1")}, "amd64", platform_member("amd64")) + "," +
          layout.image({LayoutBuilder::plain("2")}, "arm", platform_member("arm", "v7")),
      named("example:1")));
  BOOST_CHECK_EXCEPTION(read_folder(layout, "linux/riscv64"), Error, [](const Error& error) {
    return fails_with(ErrorKind::invalid_input,
                      "example:1 is not there for linux/riscv64, only for linux/amd64, "
                      "linux/arm/v7")(error) &&
           error.hint().find("--platform linux/amd64") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(single_platform_may_do_where_another_is_preferred) {
  const std::string arm64 =
      layout.image({LayoutBuilder::plain("1")}, "arm64", platform_member("arm64"));
  layout.top(arm64);
  const TempDir directory;
  const auto file = directory.path() / "image.tar";
  const auto read = [&] {
    nixbuild::write_file_atomically(file, layout.archive());
    return image::read_image_archive(file, Platform::parse("linux/amd64").value(), {},
                                     image::PlatformRule::preferred);
  };
  BOOST_TEST(read().at(0).platform.str() == "linux/arm64");
  layout.top(arm64 + "," +
             layout.image({LayoutBuilder::plain("2")}, "arm", platform_member("arm", "v7")));
  BOOST_CHECK_EXCEPTION(read(), Error, fails_with(ErrorKind::invalid_input, "linux/amd64"));
}

BOOST_AUTO_TEST_CASE(other_platforms_and_attestations_may_be_missing) {
  const std::string amd64 =
      layout.image({LayoutBuilder::plain("amd64")}, "amd64", platform_member("amd64"));
  const auto absent = [](char digit, const std::string& more) {
    return nixbuild::format(
        R"({{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:{}",)"
        R"("size":9{}}})",
        std::string(64, digit), more);
  };
  const std::string attestation =
      R"(,"platform":{"os":"unknown","architecture":"unknown"},)"
      R"("annotations":{"vnd.docker.reference.type":"attestation-manifest"})";
  layout.top(layout.index(absent('1', platform_member("arm64")) + "," + amd64 + "," +
                          absent('2', attestation) + "," + absent('3', "")));
  BOOST_TEST(read_folder(layout, "linux/amd64").size() == 1U);
  BOOST_CHECK_EXCEPTION(read_folder(layout, "linux/arm64"), Error,
                        fails_with(ErrorKind::corrupt, "it has no file 'blobs/sha256/1111"));
}

BOOST_AUTO_TEST_CASE(each_name_is_an_image_and_equal_ones_are_one) {
  const std::vector<LayoutBuilder::LayerBlob> one{LayoutBuilder::plain("1")};
  layout.top(layout.image(one, "amd64", named("example.org/a:1")) + "," +
             layout.image(one, "amd64", named("example.org/a:latest")) + "," +
             layout.image({LayoutBuilder::plain("2")}, "amd64", named("example.org/b:1")));
  const auto images = read_folder(layout);
  BOOST_REQUIRE(images.size() == 2U);
  BOOST_REQUIRE(images[0].names.size() == 2U);
  BOOST_TEST(images[0].names[1].str() == "example.org/a:latest");
  BOOST_TEST(images[1].names.at(0).str() == "example.org/b:1");
}

BOOST_AUTO_TEST_CASE(a_mere_tag_is_no_name) {
  const auto names_with = [&](const std::string& annotations) {
    layout.top(layout.image({LayoutBuilder::plain("1")}, "amd64",
                            R"(,"annotations":{)" + annotations + "}"));
    return read_folder(layout).at(0).names;
  };
  BOOST_TEST(names_with(R"("org.opencontainers.image.ref.name":"latest")").empty());
  BOOST_TEST(names_with(R"("org.opencontainers.image.ref.name":"example:2")").at(0).familiar() ==
             "example:2");
  BOOST_TEST(names_with(R"("org.opencontainers.image.ref.name":"latest",)"
                        R"("io.containerd.image.name":"docker.io/library/a:3")")
                 .at(0)
                 .familiar() == "a:3");
  BOOST_CHECK_EXCEPTION(names_with(R"("io.containerd.image.name":"UPPER:1")"), Error,
                        fails_with(ErrorKind::corrupt, "'UPPER:1'"));
}

BOOST_AUTO_TEST_CASE(what_is_no_image_is_passed_over) {
  const std::string chart =
      layout.blob(R"({"config":)" + layout.blob("{}", "application/vnd.cncf.helm.config.v1+json") +
                      R"(,"layers":[]})",
                  "application/vnd.oci.image.manifest.v1+json");
  layout.top(chart + "," + layout.blob("x", "application/octet-stream") + "," +
             layout.image({LayoutBuilder::plain("1")}));
  BOOST_TEST(read_folder(layout).size() == 1U);
  layout.top(chart);
  BOOST_CHECK_EXCEPTION(read_folder(layout), Error,
                        fails_with(ErrorKind::corrupt, "without images"));
}

BOOST_AUTO_TEST_CASE(layer_is_not_read_before_it_is_sent) {
  layout.top(layout.image({LayoutBuilder::plain("a layer")}));
  layout.files["blobs/sha256/" + std::string(Digest::of("a layer").hex())] = "another";
  BOOST_TEST(read_folder(layout).size() == 1U); // the sender will find out
  layout.files["blobs/sha256/" + std::string(Digest::of("a layer").hex())] = "longer than it was";
  BOOST_CHECK_EXCEPTION(read_folder(layout), Error,
                        fails_with(ErrorKind::corrupt, "has 18 bytes, and 7 in the manifest"));
}

BOOST_AUTO_TEST_CASE(changed_metadata_is_refused) {
  const std::string manifest = layout.image({LayoutBuilder::plain("a layer")});
  layout.top(manifest);
  for (auto& [name, content] : layout.files) {
    if (!name.starts_with("blobs/") || content == "a layer") continue;
    const std::string good = content;
    content.back() = ' ';
    BOOST_CHECK_EXCEPTION(read_folder(layout), Error,
                          fails_with(ErrorKind::corrupt, "has not the content"));
    content.clear();
    BOOST_CHECK_EXCEPTION(read_folder(layout), Error,
                          fails_with(ErrorKind::corrupt, "has not the content"));
    content = good;
  }
  BOOST_TEST(read_folder(layout).size() == 1U);
}

BOOST_AUTO_TEST_CASE(missing_files_are_named) {
  layout.top(layout.image({LayoutBuilder::plain("a layer")}));
  const auto good = layout.files;
  for (const auto& [name, content] : good) {
    layout.files = good;
    layout.files.erase(name);
    BOOST_CHECK_EXCEPTION(read_folder(layout), Error, fails_with(ErrorKind::corrupt, name));
  }
}

BOOST_AUTO_TEST_CASE(bad_layouts_are_refused) {
  const auto refused = [&](const std::string& word) {
    BOOST_CHECK_EXCEPTION(read_folder(layout), Error, fails_with(ErrorKind::corrupt, word));
  };
  layout.top(layout.image({{"x", Digest::of("y").str()}}));
  refused("is not compressed");
  layout.top(layout.image({{"x", Digest::of("x").str(), "application/zip"}}));
  refused("'application/zip'");
  layout.top("");
  refused("without images");
  layout.files["index.json"] = "[1]";
  refused("index.json");
  layout.files["oci-layout"] = R"({"imageLayoutVersion":"2.0.0"})";
  refused("version '2.0.0'");
  layout.files["oci-layout"] = std::string(5U << 20U, ' ');
  refused("oci-layout");
}

BOOST_AUTO_TEST_CASE(engines_take_125_layers_and_no_more) {
  const LayoutBuilder::LayerBlob layer = LayoutBuilder::plain("x");
  layout.top(layout.image(std::vector<LayoutBuilder::LayerBlob>(125, layer)));
  BOOST_TEST(read_folder(layout).at(0).layers.size() == 125U);
  layout.top(layout.image(std::vector<LayoutBuilder::LayerBlob>(126, layer)));
  BOOST_CHECK_EXCEPTION(read_folder(layout), Error,
                        fails_with(ErrorKind::invalid_input, "126 layers"));
}

BOOST_AUTO_TEST_CASE(indexes_without_end_are_refused) {
  std::string top = layout.image({LayoutBuilder::plain("x")});
  for (int i = 0; i < 4; ++i)
    top = layout.index(top);
  layout.top(top);
  BOOST_TEST(read_folder(layout).size() == 1U);
  layout.top(layout.index(top));
  BOOST_CHECK_EXCEPTION(read_folder(layout), Error, fails_with(ErrorKind::corrupt, "too deep"));
}

BOOST_AUTO_TEST_CASE(metadata_without_bound_is_refused) {
  std::string all;
  for (std::size_t i = 0; i < 12; ++i) {
    const std::string index = R"({"manifests":[]})" + std::string((3U << 20U) + i, ' ');
    all += (all.empty() ? "" : ",") + layout.blob(index, "application/vnd.oci.image.index.v1+json");
  }
  layout.top(all);
  BOOST_CHECK_EXCEPTION(read_folder(layout), Error,
                        fails_with(ErrorKind::corrupt, "metadata is larger than"));
}

BOOST_AUTO_TEST_CASE(folders_without_the_layout_file_are_none) {
  const TempDir directory;
  BOOST_TEST(!image::is_oci_layout_folder(directory.path()));
  BOOST_TEST(!image::is_oci_layout_folder(directory.path() / "nothing"));
}

BOOST_AUTO_TEST_SUITE_END()
