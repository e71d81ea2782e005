#include "archive/decompress.hpp"
#include "fakes/compress.hpp"
#include "fakes/fake_registry.hpp"
#include "fakes/memory_image.hpp"
#include "fakes/recording_reporter.hpp"
#include "oci/manifest_reader.hpp"
#include "sink/push.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <vector>

using namespace nixbuild;
using archive::Compression;
using fakes::FakeRegistry;
using oci::Digest;
using Strings = std::vector<std::string>;

namespace {

image::PlatformImage platform_image(const Strings& layers,
                                    const std::string& architecture = "amd64") {
  image::Image image = fakes::memory_image(layers);
  image.platform.architecture = architecture;
  image.config.insert(1, R"("made-for":")" + architecture + R"(",)");
  image.config_digest = Digest::of(image.config);
  return {.image = std::move(image), .attestations = {}};
}

// Registries by their domains, and pushes into them.
struct Setup {
  sink::PushReport push(const image::ImageSet& images, const Strings& names = {"reg.example/app:1"},
                        sink::PushOptions options = {}) {
    std::vector<oci::Reference> references;
    for (const std::string& name : names)
      references.push_back(*oci::Reference::parse(name));
    options.compressed_cache = directory.path() / "compressed";
    return sink::push(
        images, references, options,
        [&](const oci::Reference& name) { return registries[name.domain()].open(name.path()); },
        reporter, {});
  }
  // A registry that has just forgotten what it was asked.
  FakeRegistry& registry(const std::string& domain = "reg.example") {
    registries[domain].requests.clear();
    return registries[domain];
  }
  FakeRegistry::Content& app() { return registries["reg.example"].repositories["app"]; }

  TempDir directory;
  std::map<std::string, FakeRegistry> registries;
  fakes::RecordingReporter reporter;
};

std::string unpacked(const std::string& bytes) {
  const auto compression = archive::detect_compression(std::as_bytes(std::span(bytes)));
  return fakes::read_all(
      *archive::decompress(std::make_unique<fakes::MemorySource>(bytes), compression));
}

// The contents of the layers of a manifest.
Strings layers_of(const FakeRegistry::Content& content, const std::string& manifest) {
  Strings layers;
  const auto parsed = oci::parse_manifest(manifest, "manifest");
  for (const oci::Descriptor& layer : parsed.value().layers) {
    const std::string& blob = content.blobs.at(layer.digest.str());
    BOOST_TEST(blob.size() == layer.size);
    layers.push_back(unpacked(blob));
  }
  return layers;
}

image::Layer compressed_layer(const std::string& text) {
  image::Layer layer = fakes::memory_layer(fakes::gzip(text));
  layer.diff_id = Digest::of(text);
  layer.media_type = oci::media_type::layer_gzip;
  return layer;
}

Error error_of(const std::function<void()>& operation) {
  try {
    operation();
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::internal, "no error"};
}

} // namespace

BOOST_AUTO_TEST_SUITE(push)

BOOST_AUTO_TEST_CASE(an_image_arrives_compressed_under_its_tag) {
  Setup setup;
  const auto report = setup.push({platform_image({"one", "two", "one"})});
  const auto& stored = setup.registry().at("app", "1");
  BOOST_TEST(stored.digest.str() == report.digest.str());
  BOOST_TEST(stored.media_type == oci::media_type::manifest);
  BOOST_TEST(report.media_type == stored.media_type);
  BOOST_TEST(report.size == stored.text.size());
  BOOST_TEST(layers_of(setup.app(), stored.text) == (Strings{"one", "two", "one"}),
             boost::test_tools::per_element());
  const auto manifest = oci::parse_manifest(stored.text, "manifest");
  BOOST_TEST(manifest->layers.at(0).media_type == oci::media_type::layer_gzip);
  BOOST_TEST(setup.app().blobs.size() == 3U); // two layers and the config
  std::uint64_t bytes = 0;
  for (const auto& [digest, blob] : setup.app().blobs)
    bytes += blob.size();
  BOOST_TEST(report.uploaded_bytes == bytes);
  BOOST_TEST(setup.reporter.steps() == (Strings{"push reg.example/app:1"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nothing_changed_is_one_question) {
  Setup setup;
  const image::ImageSet images{platform_image({"one", "two"}),
                               platform_image({"one", "3"}, "arm64")};
  const auto first = setup.push(images);
  FakeRegistry& registry = setup.registry();
  const auto again = setup.push(images);
  BOOST_TEST(registry.requests == (Strings{"HEAD manifest 1"}), boost::test_tools::per_element());
  BOOST_TEST(again.digest.str() == first.digest.str());
  BOOST_TEST(again.uploaded_bytes == 0U);
  BOOST_TEST(
      (setup.reporter.all<progress::StepFinished>().back().outcome == progress::Outcome::cached));
}

BOOST_AUTO_TEST_CASE(another_tag_of_what_is_there_is_only_a_tag) {
  Setup setup;
  const image::ImageSet images{platform_image({"one"})};
  const auto first = setup.push(images);
  FakeRegistry& registry = setup.registry();
  (void)setup.push(images, {"reg.example/app:2"});
  BOOST_TEST(registry.requests == (Strings{"HEAD manifest 2", "HEAD manifest " + first.digest.str(),
                                           "PUT manifest 2"}),
             boost::test_tools::per_element());
  BOOST_TEST(registry.at("app", "2").digest.str() == first.digest.str());
}

BOOST_AUTO_TEST_CASE(one_changed_layer_is_one_upload) {
  Setup setup;
  (void)setup.push({platform_image({"one", "two", "three"})});
  FakeRegistry& registry = setup.registry();
  (void)setup.push({platform_image({"one", "2", "three"})});
  BOOST_TEST(registry.count("UPLOAD new") == 1);    // the layer
  BOOST_TEST(registry.count("UPLOAD sha256") == 1); // the config
  // The manifest under the tag tells of the others.
  BOOST_TEST(registry.count("HEAD blob") == 1);
  BOOST_TEST(layers_of(setup.app(), registry.at("app", "1").text) == (Strings{"one", "2", "three"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_was_compressed_before_is_looked_for) {
  Setup setup;
  (void)setup.push({platform_image({"one", "two"})});
  FakeRegistry& registry = setup.registry();
  registry.repositories["app"].tags.clear();
  registry.repositories["app"].manifests.clear();
  (void)setup.push({platform_image({"one", "two"})});
  BOOST_TEST(registry.count("UPLOAD") == 0);
  BOOST_TEST(registry.count("HEAD blob") == 3);
}

BOOST_AUTO_TEST_CASE(several_platforms_are_an_index) {
  Setup setup;
  auto arm = platform_image({"base", "arm"}, "arm");
  arm.image.platform.variant = "v7";
  const auto report = setup.push({platform_image({"base", "amd"}), arm});
  BOOST_TEST(report.media_type == oci::media_type::index);
  const auto& stored = setup.registry().at("app", "1");
  const auto entries = oci::parse_index(stored.text, "index");
  BOOST_REQUIRE(entries.size() == 2U);
  BOOST_TEST(entries[0].platform->str() == "linux/amd64");
  BOOST_TEST(entries[1].platform->str() == "linux/arm/v7");
  const auto& manifests = setup.app().manifests;
  BOOST_TEST(layers_of(setup.app(), manifests.at(entries[1].descriptor.digest.str()).text) ==
                 (Strings{"base", "arm"}),
             boost::test_tools::per_element());
  BOOST_TEST(setup.app().blobs.size() == 5U);
}

BOOST_AUTO_TEST_CASE(tags_come_last) {
  Setup setup;
  (void)setup.push({platform_image({"a"}), platform_image({"b"}, "arm64")},
                   {"reg.example/app:1", "reg.example/app:2"});
  const Strings requests = setup.registries["reg.example"].requests;
  BOOST_REQUIRE(requests.size() > 2U);
  BOOST_TEST(requests.back() == "PUT manifest 2");
  BOOST_TEST(requests[requests.size() - 2] == "PUT manifest 1");
  BOOST_TEST(requests[requests.size() - 3].starts_with("PUT manifest sha256:"));
}

BOOST_AUTO_TEST_CASE(attestations_stand_beside_the_image_as_buildkit_has_them) {
  Setup setup;
  auto image = platform_image({"a"});
  image.attestations = {{.predicate_type = "https://spdx.dev/Document",
                         .predicate = R"({"spdxVersion": "SPDX-2.3"})"}};
  (void)setup.push({image});
  const auto entries = oci::parse_index(setup.registry().at("app", "1").text, "index");
  BOOST_REQUIRE(entries.size() == 2U);
  BOOST_TEST(entries[1].platform->os == "unknown");
  BOOST_TEST(entries[1].platform->architecture == "unknown");
  BOOST_TEST(entries[1].annotations.at("vnd.docker.reference.type") == "attestation-manifest");
  BOOST_TEST(entries[1].annotations.at("vnd.docker.reference.digest") ==
             entries[0].descriptor.digest.str());
  const std::string& manifest = setup.app().manifests.at(entries[1].descriptor.digest.str()).text;
  BOOST_TEST(manifest.find(R"("mediaType":"application/vnd.in-toto+json")") != std::string::npos);
  BOOST_TEST(manifest.find(R"("in-toto.io/predicate-type":"https://spdx.dev/Document")") !=
             std::string::npos);
  const std::string statement =
      R"({"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document",)"
      R"("subject":[{"name":"pkg:docker/reg.example/app@1?platform=linux%2Famd64","digest":)"
      R"({"sha256":")" +
      std::string(entries[0].descriptor.digest.hex()) +
      R"("}}],"predicate":{"spdxVersion": "SPDX-2.3"}})";
  BOOST_TEST(setup.app().blobs.contains(Digest::of(statement).str()));
  const std::string config =
      R"({"architecture":"unknown","os":"unknown","config":{},"rootfs":{"type":"layers",)"
      R"("diff_ids":[")" +
      Digest::of(statement).str() + R"("]}})";
  BOOST_TEST(setup.app().blobs.contains(Digest::of(config).str()));
}

BOOST_AUTO_TEST_CASE(annotations_are_where_they_were_asked_for) {
  Setup setup;
  const sink::PushOptions options{.manifest_annotations = {{"a", "manifest"}},
                                  .index_annotations = {{"b", "index"}},
                                  .compressed_cache = {}};
  (void)setup.push({platform_image({"a"}), platform_image({"b"}, "arm64")}, {"reg.example/app:1"},
                   options);
  const auto& index = setup.registry().at("app", "1");
  BOOST_TEST(index.text.ends_with(R"("annotations":{"b":"index"}})"));
  for (const auto& entry : oci::parse_index(index.text, "index")) {
    BOOST_TEST(setup.app()
                   .manifests.at(entry.descriptor.digest.str())
                   .text.ends_with(R"("annotations":{"a":"manifest"}})"));
  }
  const Error error =
      error_of([&] { (void)setup.push({platform_image({"a"})}, {"reg.example/app:1"}, options); });
  BOOST_TEST((error.kind() == ErrorKind::invalid_input));
}

BOOST_AUTO_TEST_CASE(layers_that_come_compressed_stay_so_and_so_does_their_manifest) {
  Setup setup;
  auto image = platform_image({});
  image.image.layers = {compressed_layer("one")};
  const Digest layer = image.image.layers[0].digest;
  const std::string text =
      oci::manifest_json({.media_type = std::string(oci::media_type::config),
                          .digest = image.image.config_digest,
                          .size = image.image.config.size()},
                         std::vector<oci::Descriptor>{{std::string(oci::media_type::layer_gzip),
                                                       layer, image.image.layers[0].size}}) +
      "\n";
  image.image.manifest = image::ImageManifest{.text = text,
                                              .media_type = std::string(oci::media_type::manifest),
                                              .digest = Digest::of(text)};
  (void)setup.push({image}, {"reg.example/app:1"}, {.compression = Compression::zstd});
  BOOST_TEST(setup.registry().at("app", "1").text == text);
  BOOST_TEST(setup.app().blobs.contains(layer.str()));

  (void)setup.push({image}, {"reg.example/app:1"},
                   {.compression = Compression::zstd, .force_compression = true});
  const std::string& other = setup.registry().at("app", "1").text;
  BOOST_TEST(other != text);
  BOOST_TEST(oci::parse_manifest(other, "manifest")->layers.at(0).media_type ==
             oci::media_type::layer_zstd);
  BOOST_TEST(layers_of(setup.app(), other) == (Strings{"one"}), boost::test_tools::per_element());

  (void)setup.push({image}, {"reg.example/app:1"},
                   {.compression = Compression::none, .force_compression = true});
  BOOST_TEST(setup.app().blobs.at(Digest::of("one").str()) == "one");
}

BOOST_AUTO_TEST_CASE(other_repositories_of_the_registry_get_it_mounted) {
  Setup setup;
  (void)setup.push({platform_image({"one", "two"})},
                   {"reg.example/app:1", "reg.example/other:1", "two.example/app:1"});
  BOOST_TEST(setup.registries["reg.example"].count("UPLOAD new") == 2);
  BOOST_TEST(setup.registries["reg.example"].count("MOUNT") == 2);
  BOOST_TEST(setup.registries["two.example"].count("UPLOAD new") == 2);
  BOOST_TEST(setup.registries["reg.example"].at("other", "1").digest.str() ==
             setup.registries["two.example"].at("app", "1").digest.str());
  // A later run knows where the layers are.
  FakeRegistry& registry = setup.registry();
  (void)setup.push({platform_image({"one", "two"})}, {"reg.example/third:1"});
  BOOST_TEST(registry.count("MOUNT") == 2);
  BOOST_TEST(registry.count("UPLOAD new") == 0);
}

BOOST_AUTO_TEST_CASE(a_registry_that_does_not_mount_gets_it_sent) {
  Setup setup;
  setup.registry().mounts = false;
  (void)setup.push({platform_image({"one"})}, {"reg.example/app:1", "reg.example/other:1"});
  BOOST_TEST(setup.registry().repositories.at("other").blobs.size() == 2U);
}

BOOST_AUTO_TEST_CASE(by_digest_gives_no_tag) {
  Setup setup;
  const auto report =
      setup.push({platform_image({"one"})}, {"reg.example/app:1"}, {.by_digest = true});
  BOOST_TEST(setup.app().tags.empty());
  BOOST_TEST(setup.app().manifests.contains(report.digest.str()));
}

BOOST_AUTO_TEST_CASE(a_layer_that_vanishes_before_the_manifest_is_sent_again) {
  Setup setup;
  (void)setup.push({platform_image({"one", "two"})});
  FakeRegistry& registry = setup.registry();
  bool vanished = false;
  registry.before_manifest = [&] {
    if (!std::exchange(vanished, true))
      std::erase_if(setup.app().blobs, [](const auto& blob) {
        return blob.second.starts_with("\x1f\x8b") && unpacked(blob.second) == "one";
      });
  };
  (void)setup.push({platform_image({"one", "three"})});
  BOOST_TEST(vanished);
  BOOST_TEST(layers_of(setup.app(), registry.at("app", "1").text) == (Strings{"one", "three"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_registry_that_pretends_to_have_a_layer_gets_it) {
  Setup setup;
  const auto image = platform_image({"one"});
  setup.registry().pretended.insert(Digest::of("one").str());
  (void)setup.push({image}, {"reg.example/app:1"}, {.compression = Compression::none});
  BOOST_TEST(setup.app().blobs.contains(Digest::of("one").str()));
}

BOOST_AUTO_TEST_CASE(a_registry_that_keeps_nothing_fails_and_keeps_its_tag) {
  Setup setup;
  const auto before = setup.push({platform_image({"one"})});
  FakeRegistry& registry = setup.registry();
  registry.before_manifest = [&] { setup.app().blobs.clear(); };
  const Error error = error_of([&] { (void)setup.push({platform_image({"two"})}); });
  BOOST_TEST((error.kind() == ErrorKind::refused));
  BOOST_TEST(error.message().find("does not keep what is pushed") != std::string::npos);
  BOOST_TEST(error.detail().find("MANIFEST_BLOB_UNKNOWN") != std::string::npos);
  BOOST_TEST(registry.at("app", "1").digest.str() == before.digest.str());
  BOOST_TEST(registry.count("PUT manifest") == 2);
}

BOOST_AUTO_TEST_CASE(a_registry_without_indexes_says_so_before_any_tag) {
  Setup setup;
  const auto before = setup.push({platform_image({"one"})});
  FakeRegistry& registry = setup.registry();
  registry.refused_types.insert(std::string(oci::media_type::index));
  const Error error = error_of([&] {
    (void)setup.push({platform_image({"one"}), platform_image({"two"}, "arm64")},
                     {"two.example/app:1", "reg.example/app:1"});
  });
  BOOST_TEST(error.detail().find("MANIFEST_INVALID") != std::string::npos);
  BOOST_TEST(registry.at("app", "1").digest.str() == before.digest.str());
  BOOST_TEST(setup.registries["two.example"].repositories["app"].tags.empty());
}

BOOST_AUTO_TEST_CASE(an_upload_that_fails_leaves_the_tag) {
  Setup setup;
  const auto before = setup.push({platform_image({"one"})});
  const auto image = platform_image({"two"});
  setup.registry().failing_blobs.insert(image.image.config_digest.str());
  BOOST_TEST((error_of([&] { (void)setup.push({image}); }).kind() == ErrorKind::unavailable));
  BOOST_TEST(setup.registry().at("app", "1").digest.str() == before.digest.str());
}

BOOST_AUTO_TEST_CASE(damaged_layers_are_not_pushed) {
  for (const Compression compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    Setup setup;
    auto image = platform_image({"one", "two"});
    image.image.layers[1].content = std::make_shared<fakes::MemoryLayer>("twx");
    const Error error = error_of(
        [&] { (void)setup.push({image}, {"reg.example/app:1"}, {.compression = compression}); });
    BOOST_TEST((error.kind() == ErrorKind::corrupt));
    BOOST_TEST(setup.app().tags.empty());
  }
}

// A layer whose encoder, on its own machine, is another one.
class DistantLayer final : public image::LayerContent {
public:
  void write_to(archive::Sink& /*sink*/, const CancelToken& /*cancel*/) const override {
    throw Error(ErrorKind::internal, "the way was not saved");
  }
  bool write_compressed_to(archive::Sink& sink, Compression /*compression*/,
                           const CancelToken& /*cancel*/) const override {
    const std::string bytes = fakes::gzip("far");
    sink.write(std::as_bytes(std::span(bytes)));
    return true;
  }
};

BOOST_AUTO_TEST_CASE(layers_of_another_machine_are_compressed_there) {
  Setup setup;
  auto image = platform_image({"far"});
  (void)setup.push({image}); // so that another digest of it is known
  setup.registry().repositories.clear();
  image.image.layers[0].content = std::make_shared<DistantLayer>();
  (void)setup.push({image});
  const auto manifest = oci::parse_manifest(setup.registry().at("app", "1").text, "manifest");
  BOOST_TEST(manifest->layers.at(0).digest.str() == Digest::of(fakes::gzip("far")).str());
}

BOOST_AUTO_TEST_CASE(layers_whose_content_is_not_that_of_their_diff_id_are_not_compressed_again) {
  Setup setup;
  auto image = platform_image({});
  image.image.layers = {compressed_layer("one")};
  image.image.layers[0].diff_id = Digest::of("two");
  const Error error = error_of([&] {
    (void)setup.push({image}, {"reg.example/app:1"},
                     {.compression = Compression::zstd, .force_compression = true});
  });
  BOOST_TEST((error.kind() == ErrorKind::corrupt));
}

BOOST_AUTO_TEST_CASE(what_is_under_the_tag_need_not_make_sense) {
  for (const std::string_view type : {oci::media_type::index, oci::media_type::manifest}) {
    Setup setup;
    const std::string nonsense = "{]";
    setup.app().manifests.insert_or_assign(
        Digest::of(nonsense).str(),
        registry::StoredManifest{Digest::of(nonsense), std::string(type), nonsense});
    setup.app().tags["1"] = Digest::of(nonsense).str();
    const auto report = setup.push({platform_image({"one"})});
    BOOST_TEST(setup.registry().at("app", "1").digest.str() == report.digest.str());
  }
}

BOOST_AUTO_TEST_CASE(a_name_without_tag_is_refused) {
  Setup setup;
  const std::string name = "reg.example/app@" + Digest::of("x").str();
  BOOST_TEST((error_of([&] { (void)setup.push({platform_image({"one"})}, {name}); }).kind() ==
              ErrorKind::invalid_input));
}

BOOST_AUTO_TEST_SUITE_END()
