#include "oci/manifest_reader.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace oci = nixbuild::oci;

namespace {

const std::string digest = "sha256:" + std::string(64, 'a');

std::string descriptor(const std::string& type, const std::string& more = "") {
  return R"({"mediaType":")" + type + R"(","digest":")" + digest + R"(","size":7)" + more + "}";
}

std::string index_of(const std::string& entry) {
  return R"({"schemaVersion":2,"manifests":[)" + entry + "]}";
}

const std::string manifest_text =
    R"({"schemaVersion":2,"config":)" + descriptor("application/vnd.oci.image.config.v1+json") +
    R"(,"layers":[)" + descriptor("application/vnd.oci.image.layer.v1.tar+gzip") + "]}";

} // namespace

BOOST_AUTO_TEST_SUITE(manifest_reader)

BOOST_AUTO_TEST_CASE(index_entries_have_platform_and_annotations) {
  const auto entries = oci::parse_index(
      index_of(descriptor("t",
                          R"(,"platform":{"os":"linux","architecture":"arm64","variant":"v8"},)"
                          R"("annotations":{"a":"1"})") +
               "," + descriptor("u")),
      "index.json");
  BOOST_REQUIRE(entries.size() == 2U);
  BOOST_TEST(entries[0].descriptor.media_type == "t");
  BOOST_TEST(entries[0].descriptor.digest.str() == digest);
  BOOST_TEST(entries[0].descriptor.size == 7U);
  BOOST_REQUIRE(entries[0].platform.has_value());
  BOOST_TEST(entries[0].platform->str() == "linux/arm64");
  BOOST_TEST(entries[0].annotations.at("a") == "1");
  BOOST_TEST(!entries[1].platform.has_value());
  BOOST_TEST(entries[1].annotations.empty());
}

BOOST_AUTO_TEST_CASE(manifest_has_config_and_layers) {
  const auto manifest = oci::parse_manifest(manifest_text, "m");
  BOOST_REQUIRE(manifest.has_value());
  BOOST_TEST(manifest->media_type == oci::media_type::manifest);
  BOOST_TEST(manifest->config.digest.str() == digest);
  BOOST_REQUIRE(manifest->layers.size() == 1U);
  BOOST_TEST(manifest->layers[0].media_type == oci::media_type::layer_gzip);
}

BOOST_AUTO_TEST_CASE(manifest_of_something_else_is_none) {
  BOOST_TEST(!oci::parse_manifest(R"({"config":)" + descriptor("application/vnd.cncf.helm.config") +
                                      R"(,"layers":[]})",
                                  "m")
                  .has_value());
}

BOOST_AUTO_TEST_CASE(docker_s_types_are_known) {
  BOOST_TEST(oci::is_index_type("application/vnd.docker.distribution.manifest.list.v2+json"));
  BOOST_TEST(oci::is_manifest_type("application/vnd.docker.distribution.manifest.v2+json"));
  BOOST_TEST(!oci::is_manifest_type("application/vnd.docker.distribution.manifest.v1+json"));
  BOOST_TEST(oci::oci_layer_type("application/vnd.docker.image.rootfs.diff.tar.gzip") ==
             oci::media_type::layer_gzip);
  BOOST_TEST(oci::oci_layer_type("application/vnd.oci.image.layer.v1.tar") ==
             oci::media_type::layer);
  BOOST_TEST(oci::oci_layer_type("application/vnd.oci.image.layer.v1.tar+encrypted").empty());
}

BOOST_AUTO_TEST_CASE(malformed_ones_are_refused_by_name) {
  const std::vector<std::string> indexes{"",
                                         "[]",
                                         "{}",
                                         R"({"manifests":{}})",
                                         index_of("1"),
                                         index_of("{}"),
                                         index_of(R"({"digest":"sha256:1","size":1})"),
                                         index_of(R"({"digest":")" + digest + R"(","size":-1})"),
                                         index_of(R"({"digest":")" + digest + R"(","size":"1"})"),
                                         index_of(R"({"digest":")" + digest + R"("})"),
                                         index_of(descriptor("t", R"(,"platform":[])")),
                                         index_of(descriptor("t", R"(,"platform":{"os":1})")),
                                         index_of(descriptor("t", R"(,"annotations":{"a":1})")),
                                         std::string(100000, '[')};
  for (const std::string& text : indexes) {
    BOOST_TEST_INFO(text.substr(0, 100));
    BOOST_CHECK_EXCEPTION((void)oci::parse_index(text, "some index"), nixbuild::Error,
                          [](const auto& error) {
                            return error.kind() == nixbuild::ErrorKind::corrupt &&
                                   error.message().find("some index") != std::string::npos;
                          });
  }
  for (std::size_t length = 0; length < manifest_text.size(); ++length) {
    BOOST_CHECK_THROW((void)oci::parse_manifest(manifest_text.substr(0, length), "m"),
                      nixbuild::Error);
  }
}

BOOST_AUTO_TEST_CASE(index_without_bound_is_refused) {
  std::string entries = descriptor("t");
  for (int i = 0; i < 1000; ++i)
    entries += "," + descriptor("t");
  BOOST_CHECK_THROW((void)oci::parse_index(index_of(entries), "i"), nixbuild::Error);
}

BOOST_AUTO_TEST_SUITE_END()
