#include "digest_sink.hpp"
#include "image/nix2container_image.hpp"
#include "recording_reporter.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "vector_tree.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

namespace fs = std::filesystem;
namespace image = nixbuild::image;
using image::DigestTrust;
using nixbuild::Error;
using nixbuild::ErrorKind;

namespace {

const std::string p2_at_root =
    "sha256:0de0df1c1d9a118adb5109fb61e5e17cfc80531ce8c5a0f820554cc8a7251a23";
const std::string wrong = "sha256:" + std::string(64, '7');

// A layer of /tmp/vec/p2 at the root, of 2560 bytes.
std::string made_layer(const std::string& digest, const std::string& path = "/tmp/vec/p2",
                       const std::string& regex = "^/tmp/vec/p2") {
  return R"({"digest": ")" + digest + R"(", "size": 2560, "diff_ids": ")" + digest +
         R"(", "paths": [{"path": ")" + path + R"(", "options": {"rewrite": {"regex": ")" + regex +
         R"(", "repl": "/"}}}], "mediatype": "application/vnd.oci.image.layer.v1.tar",)"
         R"("History": {}})";
}

std::string ready_layer(const std::string& digest, const std::string& diff_id,
                        const std::string& path) {
  return R"({"digest": ")" + digest + R"(", "size": 0, "diff_ids": ")" + diff_id +
         R"(", "mediatype": "application/vnd.oci.image.layer.v1.tar", "layer-path": ")" + path +
         R"(", "History": {"created_by": "pulled"}})";
}

std::string image_json(const std::string& layers) {
  return R"({"version": 1, "image-config": {}, "layers": [)" + layers +
         R"(], "arch": "amd64", "created": null})";
}

struct Fixture {
  nixbuild::tests::VectorTree tree{false};
  nixbuild::TempDir directory;
  image::NixStore store{.dir = "/tmp/vec", .root = tree.root()};
  image::DigestCache cache{directory.path() / "layers"};
  nixbuild::tests::RecordingReporter reporter;

  fs::path file_of(const std::string& json) const {
    fs::path file = directory.path() / "image.json";
    std::ofstream(file) << json;
    return file;
  }
  image::Image read(const std::string& json, DigestTrust trust = DigestTrust::remembered) {
    return image::nix2container_image(file_of(json), store, trust, cache, reporter, {});
  }
  // A file in the store, at /tmp/vec/<name>.
  std::string put(const std::string& name, const std::string& content) const {
    std::ofstream(tree.root() + "/tmp/vec/" + name, std::ios::binary) << content;
    return "/tmp/vec/" + name;
  }
};

auto fails_with(ErrorKind kind, const std::string& word) {
  return [kind, word](const Error& error) {
    BOOST_TEST_INFO(error.message());
    return error.kind() == kind && error.message().find(word) != std::string::npos;
  };
}

std::string digest_of(const std::string& content) {
  return nixbuild::oci::Digest::of(content).str();
}

std::string written(const image::Layer& layer) {
  nixbuild::tests::DigestSink sink;
  layer.content->write_to(sink, {});
  BOOST_TEST(sink.size() == layer.size);
  return "sha256:" + sink.digest();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(nix2container_image, Fixture)

BOOST_AUTO_TEST_CASE(image_id_equals_nix2container_s_and_nothing_is_read) {
  const image::Image result = read(image_json(made_layer(p2_at_root)));
  BOOST_TEST(result.config_digest.str() ==
             "sha256:034dd58d3174c60fb760e76713371c8b3fadd09d6c2ee3a93fd48b7ad7b51cc2");
  BOOST_TEST(result.platform.str() == "linux/amd64");
  BOOST_TEST(result.names.empty());
  BOOST_REQUIRE(result.layers.size() == 1U);
  BOOST_TEST(result.layers[0].digest.str() == p2_at_root);
  BOOST_TEST(result.layers[0].media_type == "application/vnd.oci.image.layer.v1.tar");
  BOOST_TEST(result.layers[0].origins.at(0) == "/tmp/vec/p2");
  BOOST_TEST(written(result.layers[0]) == p2_at_root);
  BOOST_TEST(reporter.steps().empty());
  BOOST_TEST(reporter.notices().empty());
}

BOOST_AUTO_TEST_CASE(wrong_recorded_digest_is_replaced_by_the_one_of_the_bytes) {
  const std::string json = image_json(made_layer(wrong));
  BOOST_TEST(read(json).layers.at(0).digest.str() == wrong); // the sender will find out
  BOOST_TEST(reporter.notices().empty());

  const image::Image result = read(json, DigestTrust::bytes);
  BOOST_TEST(result.layers.at(0).digest.str() == p2_at_root);
  BOOST_TEST(result.layers.at(0).diff_id.str() == p2_at_root);
  BOOST_TEST(result.config.find(p2_at_root) != std::string::npos);
  BOOST_TEST(result.config.find(wrong) == std::string::npos);
  BOOST_REQUIRE(reporter.notices().size() == 1U);
  BOOST_TEST((reporter.notices()[0].level == nixbuild::progress::Notice::Level::warning));
  BOOST_TEST(reporter.notices()[0].text.find(wrong) != std::string::npos);

  // From then on the cache knows better than the JSON.
  BOOST_TEST(read(json).layers.at(0).digest.str() == p2_at_root);
  BOOST_TEST(reporter.notices().size() == 2U);
}

BOOST_AUTO_TEST_CASE(ready_layers_are_what_their_files_are) {
  const std::string tar = "a tar";
  const std::string gzip = "\x1f\x8b\x08 a compressed one";
  const image::Image result =
      read(image_json(ready_layer(digest_of(tar), digest_of(tar), put("l.tar", tar)) + "," +
                      ready_layer(digest_of(gzip), wrong, put("l.gz", gzip))));
  BOOST_REQUIRE(result.layers.size() == 2U);
  BOOST_TEST(result.layers[0].media_type == "application/vnd.oci.image.layer.v1.tar");
  BOOST_TEST(written(result.layers[0]) == digest_of(tar));
  BOOST_TEST(result.layers[1].media_type == "application/vnd.oci.image.layer.v1.tar+gzip");
  BOOST_TEST(result.layers[1].digest.str() == digest_of(gzip));
  BOOST_TEST(result.layers[1].diff_id.str() == wrong);
  BOOST_TEST(written(result.layers[1]) == digest_of(gzip));
}

BOOST_AUTO_TEST_CASE(damaged_ready_layer_is_corrected_when_plain_and_refused_when_compressed) {
  const std::string tar = "a tar";
  const std::string gzip = "\x1f\x8b\x08 a compressed one";
  const image::Image result =
      read(image_json(ready_layer(wrong, wrong, put("l.tar", tar))), DigestTrust::bytes);
  BOOST_TEST(result.layers.at(0).diff_id.str() == digest_of(tar));
  BOOST_TEST(reporter.notices().size() == 1U);
  BOOST_CHECK_EXCEPTION(
      read(image_json(ready_layer(wrong, wrong, put("l.gz", gzip))), DigestTrust::bytes), Error,
      fails_with(ErrorKind::corrupt, "/tmp/vec/l.gz"));
}

BOOST_AUTO_TEST_CASE(files_outside_of_the_store_are_refused) {
  const auto refused = fails_with(ErrorKind::corrupt, "is not a path of the store /tmp/vec");
  for (const char* path : {"/etc", "/tmp/vec/../../etc", "/tmp/vec/p2/x", "/tmp/vec"}) {
    BOOST_CHECK_EXCEPTION(read(image_json(made_layer(p2_at_root, path))), Error, refused);
  }
  BOOST_CHECK_EXCEPTION(read(image_json(ready_layer(wrong, wrong, "/etc/passwd"))), Error, refused);
  fs::create_symlink("/etc", tree.root() + "/tmp/vec/link");
  BOOST_CHECK_EXCEPTION(read(image_json(ready_layer(wrong, wrong, "/tmp/vec/link/passwd"))), Error,
                        refused);
}

BOOST_AUTO_TEST_CASE(bad_images_are_refused) {
  const std::string xz("\xFD"
                       "7zXZ\0 layer",
                       12);
  BOOST_CHECK_EXCEPTION(read(image_json(made_layer("sha256:1"))), Error,
                        fails_with(ErrorKind::corrupt, "'sha256:1'"));
  BOOST_CHECK_EXCEPTION(read(image_json(made_layer(wrong, "/tmp/vec/p2", "p2("))), Error,
                        fails_with(ErrorKind::invalid_input, "'p2('"));
  BOOST_CHECK_EXCEPTION(read(image_json("")), Error,
                        fails_with(ErrorKind::invalid_input, "no layers"));
  BOOST_CHECK_EXCEPTION(read(image_json(R"({"digest": "x", "diff_ids": "x"})")), Error,
                        fails_with(ErrorKind::corrupt, "neither paths nor a file"));
  BOOST_CHECK_EXCEPTION(read(image_json(ready_layer(wrong, wrong, "/tmp/vec/gone"))), Error,
                        fails_with(ErrorKind::not_found, "/tmp/vec/gone"));
  BOOST_CHECK_EXCEPTION(read(image_json(ready_layer(wrong, wrong, put("l.xz", xz)))), Error,
                        fails_with(ErrorKind::corrupt, "xz"));
}

BOOST_AUTO_TEST_CASE(engines_take_125_layers_and_no_more) {
  std::string layers = made_layer(p2_at_root);
  for (int i = 1; i < 125; ++i)
    layers += "," + made_layer(p2_at_root);
  BOOST_TEST(read(image_json(layers)).layers.size() == 125U);
  BOOST_CHECK_EXCEPTION(read(image_json(layers + "," + made_layer(p2_at_root))), Error,
                        fails_with(ErrorKind::invalid_input, "126 layers"));
}

BOOST_AUTO_TEST_CASE(is_recognised_by_its_content) {
  BOOST_TEST(image::is_nix2container_image(file_of(image_json(""))));
  BOOST_TEST(!image::is_nix2container_image(file_of("{}")));
  BOOST_TEST(!image::is_nix2container_image(file_of("")));
  BOOST_TEST(!image::is_nix2container_image(file_of("#!/bin/sh")));
  BOOST_TEST(!image::is_nix2container_image(directory.path()));
}

BOOST_AUTO_TEST_SUITE_END()
