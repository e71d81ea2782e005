#include "pipeline/inspection_messages.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using pipeline::Inspection;
using pipeline::parse_inspection;

namespace {

Inspection full_inspection() {
  return {.engine = engine::Facts{.product = "Docker Engine",
                                  .version = "28.5.2",
                                  .api = {.major_number = 1, .minor_number = 51},
                                  .platform = {"linux", "arm64", ""},
                                  .store = engine::ImageStore::containerd,
                                  .driver = "overlayfs",
                                  .id = "id",
                                  .host_name = "host",
                                  .operating_system = "Debian",
                                  .kernel = "6.1"},
          .engine_error = {},
          .images = {{.names = {*oci::Reference::parse("a:b"), *oci::Reference::parse("c:d")},
                      .id = "sha256:1",
                      .config_digest = oci::Digest::of("config"),
                      .manifest_digest = oci::Digest::of("manifest"),
                      .platform = {"linux", "arm", "v7"},
                      .layers = {{.diff_id = oci::Digest::of("layer"),
                                  .digest = oci::Digest::of("compressed"),
                                  .size = 1ULL << 40U,
                                  .origins = {"/nix/store/a", "/nix/store/\xff"},
                                  .lacking = true},
                                 {.diff_id = oci::Digest::of("empty"),
                                  .digest = oci::Digest::of("empty"),
                                  .size = 0,
                                  .origins = {},
                                  .lacking = false}},
                      .has_image = true,
                      .load_bytes = 1ULL << 41U}}};
}

bool is_corrupt(const Error& error) {
  return error.kind() == ErrorKind::corrupt;
}

} // namespace

BOOST_AUTO_TEST_SUITE(inspection_messages)

BOOST_AUTO_TEST_CASE(an_inspection_arrives_whole) {
  const Inspection arrived = parse_inspection(to_message(full_inspection()));
  BOOST_TEST(to_message(arrived) == to_message(full_inspection()));
  BOOST_TEST(arrived.engine->kernel == "6.1");
  BOOST_TEST(!arrived.engine_error.has_value());
  const pipeline::InspectedImage& image = arrived.images.at(0);
  BOOST_TEST(image.names.at(1).familiar() == "c:d");
  BOOST_TEST(image.platform.str() == "linux/arm/v7");
  BOOST_TEST(image.has_image);
  BOOST_TEST(image.load_bytes == 1ULL << 41U);
  BOOST_TEST(image.layers.at(0).size == 1ULL << 40U);
  BOOST_TEST(image.layers.at(0).origins.at(1) == "/nix/store/\xff");
  BOOST_TEST(image.layers.at(0).lacking);
  BOOST_TEST(!image.layers.at(1).lacking);
}

BOOST_AUTO_TEST_CASE(an_engine_that_did_not_answer_arrives_as_its_error) {
  Inspection inspection = full_inspection();
  inspection.engine.reset();
  inspection.engine_error =
      Error(ErrorKind::unavailable, "nobody is there").with_hint("start it").with_detail("\xff");
  const Inspection arrived = parse_inspection(to_message(inspection));
  BOOST_TEST(!arrived.engine.has_value());
  BOOST_TEST((arrived.engine_error->kind() == ErrorKind::unavailable));
  BOOST_TEST(arrived.engine_error->message() == "nobody is there");
  BOOST_TEST(arrived.engine_error->hint() == "start it");
}

BOOST_AUTO_TEST_CASE(what_is_cut_or_of_another_type_is_an_error) {
  const std::string good = to_message(full_inspection());
  for (std::size_t size = 0; size < good.size(); ++size)
    BOOST_CHECK_EXCEPTION((void)parse_inspection(good.substr(0, size)), Error, is_corrupt);
  for (const char* text : {"[]", "{}", R"({"engine": null, "engineError": 1, "images": []})",
                           R"({"engine": null, "engineError": null, "images": [{}]})"})
    BOOST_CHECK_EXCEPTION((void)parse_inspection(text), Error, is_corrupt);
}

BOOST_AUTO_TEST_SUITE_END()
