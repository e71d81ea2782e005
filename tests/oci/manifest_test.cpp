#include "oci/manifest.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace nixbuild::oci;

BOOST_AUTO_TEST_SUITE(manifest)

BOOST_AUTO_TEST_CASE(manifest_is_compact_and_in_order) {
  const Descriptor config{std::string(media_type::config), Digest::from_hex(std::string(64, 'c')),
                          7};
  const std::vector<Descriptor> layers{
      {std::string(media_type::layer), Digest::from_hex(std::string(64, '1')), 10},
      {std::string(media_type::layer_gzip), Digest::from_hex(std::string(64, '2')), 1ULL << 40U}};
  BOOST_TEST(
      manifest_json(config, layers) ==
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
      R"("config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:)" +
          std::string(64, 'c') +
          R"(","size":7},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar",)"
          R"("digest":"sha256:)" +
          std::string(64, '1') +
          R"(","size":10},{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip",)"
          R"("digest":"sha256:)" +
          std::string(64, '2') + R"(","size":1099511627776}]})");
}

BOOST_AUTO_TEST_CASE(index_lists_manifests) {
  const std::vector<Descriptor> manifests{
      {std::string(media_type::manifest), Digest::from_hex(std::string(64, '3')), 5}};
  BOOST_TEST(index_json(manifests) ==
             R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json",)"
             R"("manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
             R"("digest":"sha256:)" +
                 std::string(64, '3') + R"(","size":5}]})");
}

BOOST_AUTO_TEST_CASE(annotations_come_last_and_sorted) {
  const Descriptor one{
      .media_type = "x", .digest = Digest::from_hex(std::string(64, '3')), .size = 5};
  const Annotations annotations{{"b", "2"}, {"a", "\"1\""}};
  const std::string end = R"(],"annotations":{"a":"\"1\"","b":"2"}})";
  BOOST_TEST(manifest_json(one, std::span(&one, 1), annotations).ends_with(end));
  BOOST_TEST(index_json(std::span(&one, 1), annotations).ends_with(end));
}

BOOST_AUTO_TEST_SUITE_END()
