#include "fakes/image_archive.hpp"
#include "pipeline/image_forms.hpp"
#include "pipeline/pipeline_world.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using image::DigestTrust;
using pipeline::Artifact;
using pipeline::form_of;
using pipeline::ImageForm;

namespace {

const std::string store_name = "store/0123456789abcdfghijklmnpqrsvwxyz-thing";
const oci::Platform amd64{.os = "linux", .architecture = "amd64", .variant = {}};

struct Fixture : tests::PipelineWorld {
  std::vector<image::Image> open(const Artifact& artifact,
                                 const image::ClosureImageOptions& options = {}) {
    return pipeline::open_images(artifact, form_of(artifact), amd64, options,
                                 DigestTrust::remembered, world, {});
  }
};

auto says(ErrorKind kind, std::string text) {
  return [=](const Error& error) {
    BOOST_TEST_MESSAGE(error.message() << " | " << error.hint());
    return error.kind() == kind && error.message().find(text) != std::string::npos;
  };
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(image_forms, Fixture)

BOOST_AUTO_TEST_CASE(content_tells_the_form_and_not_the_name) {
  const std::string conf = R"({"store_layers": [], "customisation_layer": ""})";
  const std::string archive = fakes::ImageArchive({fakes::layer_tar("x")}).bytes();
  const std::string n2c = R"({"version": 1, "image-config": {}, "layers": []})";
  BOOST_TEST((form_of({.path = put("image.tar.gz", conf)}) == ImageForm::docker_tools));
  BOOST_TEST((form_of({.path = put("x-conf.json", archive)}) == ImageForm::archive));
  BOOST_TEST((form_of({.path = put("image.tar", n2c)}) == ImageForm::nix2container));
  put("layout/oci-layout", "{}");
  BOOST_TEST((form_of({.path = folder.path() / "layout"}) == ImageForm::oci_layout));
  BOOST_TEST((form_of({.path = put(store_name, "#!/bin/sh\n", true)}) == ImageForm::closure));
  put("store/0123456789abcdfghijklmnpqrsvwxyz-app/bin/app", "");
  BOOST_TEST((form_of({.path = folder.path() / "store/0123456789abcdfghijklmnpqrsvwxyz-app"}) ==
              ImageForm::closure));
}

BOOST_AUTO_TEST_CASE(a_script_is_an_image_when_its_maker_says_so) {
  const Artifact script{.path = put(store_name, "#!/bin/sh\nexit 0\n", true)};
  BOOST_TEST((form_of(script) == ImageForm::closure));
  BOOST_TEST((form_of({.path = script.path, .image_name = "x"}) == ImageForm::stream_script));
  const auto conf = put("x-conf.json", R"({"store_layers": [], "customisation_layer": ""})");
  const auto names_conf = put("script", "#!/bin/sh\nexec y " + conf.string() + "\n");
  BOOST_TEST((form_of({.path = names_conf}) == ImageForm::docker_tools));
}

BOOST_AUTO_TEST_CASE(links_are_followed) {
  put("layout/oci-layout", "{}");
  std::filesystem::create_symlink("layout", folder.path() / "result");
  BOOST_TEST((form_of({.path = folder.path() / "result"}) == ImageForm::oci_layout));
}

BOOST_AUTO_TEST_CASE(what_is_no_image_is_refused) {
  BOOST_CHECK_EXCEPTION((void)form_of({.path = put("text", "hello")}), Error,
                        says(ErrorKind::invalid_input, "is not an image"));
  BOOST_CHECK_EXCEPTION((void)form_of({.path = folder.path()}), Error,
                        says(ErrorKind::invalid_input, "is not an image"));
  BOOST_CHECK_EXCEPTION((void)form_of({.path = folder.path() / "gone"}), Error,
                        says(ErrorKind::not_found, "gone"));
}

BOOST_AUTO_TEST_CASE(options_of_closures_are_not_dropped_silently) {
  const Artifact archive{.path =
                             put("a.tar", fakes::ImageArchive({fakes::layer_tar("x")}).bytes())};
  BOOST_TEST(open(archive).size() == 1U);
  BOOST_CHECK_EXCEPTION((void)open(archive, {.user = "app"}), Error,
                        says(ErrorKind::invalid_input, "an image archive"));
}

BOOST_AUTO_TEST_CASE(nix2container_s_name_is_in_its_attributes) {
  const std::string digest = oci::Digest::of("layer").str();
  const auto layer = put("store/0123456789abcdfghijklmnpqrsvwxyz-layer.tar", "layer");
  const auto json =
      put(store_name,
          R"({"version": 1, "image-config": {}, "arch": "amd64",
      "created": null, "layers": [{"digest": ")" +
              digest + R"(", "diff_ids": ")" + digest + R"(", "size": 5, "layer-path": ")" +
              layer.string() +
              R"(", "mediatype": "application/vnd.oci.image.layer.v1.tar", "History": {}}]})");
  BOOST_TEST(open({.path = json}).at(0).names.empty());
  BOOST_TEST(
      open({.path = json, .image_name = "app", .image_tag = "v1"}).at(0).names.at(0).familiar() ==
      "app:v1");
  BOOST_CHECK_EXCEPTION((void)open({.path = json, .image_name = "UPPER"}), Error,
                        says(ErrorKind::invalid_input, "UPPER"));
}

BOOST_AUTO_TEST_SUITE_END()
