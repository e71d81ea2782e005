#include "fakes/fake_registry.hpp"
#include "oci/manifest.hpp"
#include "pipeline/registry_inspect.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::pipeline;

namespace {

struct Registry {
  fakes::FakeRegistry registry;

  // Puts `text` under the tag.
  void put(const std::string& tag, const std::string& media_type, const std::string& text) {
    auto& content = registry.repositories["a/b"];
    const auto digest = oci::Digest::of(text);
    content.manifests.insert_or_assign(digest.str(),
                                       registry::StoredManifest{digest, media_type, text});
    content.tags[tag] = digest.str();
  }
  RegistryImage inspect(const std::string& name) {
    return inspect_registry(*registry.open("a/b"), oci::Reference::parse(name).value(), {});
  }
};

const std::string config = R"({"os":"linux","architecture":"arm64",)"
                           R"("rootfs":{"type":"layers","diff_ids":[]}})";

std::string descriptor(const std::string& type, const std::string& content,
                       const std::string& more = {}) {
  return R"({"mediaType":")" + type + R"(","digest":")" + oci::Digest::of(content).str() +
         R"(","size":)" + std::to_string(content.size()) + more + "}";
}

std::string manifest_text() {
  return R"({"schemaVersion":2,"mediaType":")" + std::string(oci::media_type::manifest) +
         R"(","config":)" + descriptor(std::string(oci::media_type::config), config) +
         R"(,"layers":[)" + descriptor(std::string(oci::media_type::layer_gzip), "layer") +
         R"(],"annotations":{"k":"v"}})";
}

std::string index_text() {
  const std::string of = oci::Digest::of("amd64").str();
  return R"({"schemaVersion":2,"manifests":[)" +
         descriptor(std::string(oci::media_type::manifest), "amd64",
                    R"(,"platform":{"os":"linux","architecture":"amd64"})") +
         "," +
         descriptor(std::string(oci::media_type::manifest), "attestation",
                    R"(,"platform":{"os":"unknown","architecture":"unknown"},"annotations":{)"
                    R"("vnd.docker.reference.type":"attestation-manifest",)"
                    R"("vnd.docker.reference.digest":")" +
                        of + R"("})") +
         R"(],"annotations":{"i":"j"}})";
}

} // namespace

BOOST_AUTO_TEST_SUITE(registry_inspect)

BOOST_AUTO_TEST_CASE(single_image) {
  Registry registry;
  registry.put("1", std::string(oci::media_type::manifest), manifest_text());
  registry.registry.repositories["a/b"].blobs[oci::Digest::of(config).str()] = config;
  const RegistryImage image = registry.inspect("ghcr.io/a/b:1");
  BOOST_TEST(image.digest.str() == oci::Digest::of(manifest_text()).str());
  BOOST_TEST(image.text == manifest_text());
  BOOST_TEST(image.platform == "linux/arm64");
  BOOST_TEST(image.config_digest->str() == oci::Digest::of(config).str());
  BOOST_TEST(image.annotations.at("k") == "v");
  BOOST_REQUIRE(image.layers.size() == 1U);
  BOOST_TEST(image.layers[0].size == 5U);
  BOOST_TEST(image.layers[0].media_type == oci::media_type::layer_gzip);
  BOOST_TEST(image.manifests.empty());
}

BOOST_AUTO_TEST_CASE(index_with_attestations) {
  Registry registry;
  registry.put("latest", std::string(oci::media_type::index), index_text());
  const RegistryImage image = registry.inspect("ghcr.io/a/b");
  BOOST_REQUIRE(image.manifests.size() == 2U);
  BOOST_TEST(image.manifests[0].platform == "linux/amd64");
  BOOST_TEST(!image.manifests[0].attests.has_value());
  BOOST_TEST(image.manifests[1].attests->str() == oci::Digest::of("amd64").str());
  BOOST_TEST(image.annotations.at("i") == "j");
  BOOST_TEST(image.layers.empty());
  BOOST_TEST(image.platform == "");
}

BOOST_AUTO_TEST_CASE(nothing_there) {
  Registry registry;
  registry.put("1", "x", "{}");
  BOOST_CHECK_EXCEPTION((void)registry.inspect("ghcr.io/a/b:2"), Error, [](const Error& error) {
    return error.kind() == ErrorKind::not_found &&
           error.message() == "the registry has no ghcr.io/a/b:2";
  });
}

BOOST_AUTO_TEST_CASE(by_digest) {
  Registry registry;
  registry.put("1", std::string(oci::media_type::index), index_text());
  const std::string digest = oci::Digest::of(index_text()).str();
  BOOST_TEST(registry.inspect("ghcr.io/a/b@" + digest).digest.str() == digest);
}

BOOST_AUTO_TEST_CASE(nonsense) {
  for (const char* text : {"", "[]", "{", R"({"annotations":[]})", R"({"annotations":{"a":1}})",
                           R"({"manifests":{}})", "{}"}) {
    Registry registry;
    registry.put("1", std::string(oci::media_type::index), text);
    BOOST_CHECK_EXCEPTION((void)registry.inspect("ghcr.io/a/b:1"), Error,
                          [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
  }
}

BOOST_AUTO_TEST_SUITE_END()
