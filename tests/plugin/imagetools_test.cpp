#include "plugin/fake_world.hpp"
#include "plugin/imagetools_command.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::plugin;
using pipeline::ListedBlob;
using pipeline::RegistryImage;
using testing::digest_of;
using testing::FakeWorld;

namespace {

RegistryImage index_of(const oci::Reference& name) {
  return {.name = name,
          .digest = digest_of('1'),
          .media_type = "index",
          .text = "{raw}",
          .annotations = {{"a", "b"}},
          .manifests = {{.digest = digest_of('2'),
                         .media_type = "manifest",
                         .size = 3,
                         .platform = "linux/amd64",
                         .attests = {},
                         .annotations = {}},
                        {.digest = digest_of('3'),
                         .media_type = "manifest",
                         .size = 3,
                         .platform = "unknown/unknown",
                         .attests = digest_of('2'),
                         .annotations = {{"k", "evil\x1B[2Jv"}}}},
          .config_digest = {},
          .platform = {},
          .layers = {}};
}

RegistryImage single() {
  return {.name = oci::Reference::parse("a").value(),
          .digest = digest_of('1'),
          .media_type = "manifest",
          .text = {},
          .annotations = {},
          .manifests = {},
          .config_digest = digest_of('4'),
          .platform = "linux/arm64",
          .layers = {{.digest = digest_of('5'),
                      .media_type = "layer",
                      .size = 1500,
                      .platform = {},
                      .attests = {},
                      .annotations = {}}}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(imagetools)

BOOST_AUTO_TEST_CASE(an_index_for_people) {
  FakeWorld world;
  pipeline::PushOutput asked;
  world.on_inspect_reference = [&](const oci::Reference& name, const pipeline::PushOutput& how) {
    asked = how;
    return index_of(name);
  };
  BOOST_TEST(world.run({"nixbuild", "imagetools", "inspect", "--insecure", "ghcr.io/a/b:1"}) == 0);
  BOOST_TEST(world.err.text == "");
  BOOST_TEST(asked.insecure);
  BOOST_TEST(world.out.text == "Name:        ghcr.io/a/b:1\n"
                               "MediaType:   index\n"
                               "Digest:      " +
                                   digest_of('1').str() +
                                   "\n"
                                   "Annotations:\n"
                                   "  a: b\n"
                                   "\n"
                                   "Manifests:\n"
                                   "  Name:        ghcr.io/a/b@" +
                                   digest_of('2').str() +
                                   "\n"
                                   "  MediaType:   manifest\n"
                                   "  Platform:    linux/amd64\n"
                                   "\n"
                                   "  Name:        ghcr.io/a/b@" +
                                   digest_of('3').str() +
                                   "\n"
                                   "  MediaType:   manifest\n"
                                   "  Platform:    unknown/unknown\n"
                                   "  Attests:     " +
                                   digest_of('2').str() +
                                   "\n"
                                   "  Annotations:\n"
                                   "    k: evilv\n");
}

BOOST_AUTO_TEST_CASE(a_single_image_for_people) {
  const std::string text = registry_image_text(single());
  BOOST_TEST(text.contains("Platform:    linux/arm64\n"));
  BOOST_TEST(text.contains("Config:      " + digest_of('4').str() + "\n"));
  BOOST_TEST(text.ends_with("\nLayers:\n  " + digest_of('5').str() + "    1.50kB layer\n"));
}

BOOST_AUTO_TEST_CASE(raw) {
  FakeWorld world;
  world.on_inspect_reference = [](const oci::Reference& name, const pipeline::PushOutput&) {
    return index_of(name);
  };
  BOOST_TEST(world.run({"nixbuild", "imagetools", "inspect", "--raw", "a"}) == 0);
  BOOST_TEST(world.out.text == "{raw}");
}

BOOST_AUTO_TEST_CASE(json) {
  const auto index = boost::json::parse(registry_image_json(index_of(single().name))).as_object();
  BOOST_TEST(index.at("name").as_string() == "docker.io/library/a:latest");
  BOOST_TEST(index.at("manifests").at(1).at("attests").as_string() == digest_of('2').str());
  BOOST_TEST(index.at("manifests").at(0).at("size").to_number<int>() == 3);
  BOOST_TEST(index.at("annotations").at("a").as_string() == "b");
  BOOST_TEST(!index.contains("layers"));
  const auto image = boost::json::parse(registry_image_json(single())).as_object();
  BOOST_TEST(image.at("configDigest").as_string() == digest_of('4').str());
  BOOST_TEST(image.at("layers").at(0).at("digest").as_string() == digest_of('5').str());
  BOOST_TEST(!image.contains("manifests"));
}

BOOST_AUTO_TEST_CASE(refusals) {
  FakeWorld world;
  BOOST_TEST(world.run({"nixbuild", "imagetools", "inspect"}) == 1);
  BOOST_TEST(world.err.text.starts_with("ERROR: imagetools inspect needs the name"));
  BOOST_TEST(world.run({"nixbuild", "imagetools", "inspect", "A:b:c"}) == 1);
  BOOST_TEST(world.err.text.starts_with("ERROR: invalid name \"A:b:c\""));
  BOOST_TEST(world.run({"nixbuild", "imagetools", "inspect", "--format=xml", "a"}) == 1);
  BOOST_TEST(world.run({"nixbuild", "imagetools", "nope"}) == 1);
  BOOST_TEST(world.run({"nixbuild", "imagetools"}) == 0);
  BOOST_TEST(world.out.text.contains("\n  imagetools inspect "));
}

BOOST_AUTO_TEST_SUITE_END()
