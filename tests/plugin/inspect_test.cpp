#include "plugin/fake_world.hpp"
#include "plugin/inspect_command.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace nixbuild::plugin;
using nixbuild::Error;
using nixbuild::ErrorKind;
using nixbuild::oci::Reference;
using nixbuild::pipeline::InspectedImage;
using nixbuild::pipeline::InspectedLayer;
using nixbuild::pipeline::Inspection;
using testing::digest_of;

namespace {

const std::string hello = "/nix/store/" + std::string(32, 'a') + "-hello-2.12";
const std::string glibc = "/nix/store/" + std::string(32, 'b') + "-glibc-2.39";

InspectedLayer layer(char digit, std::uint64_t size, std::vector<std::string> origins,
                     bool lacking) {
  return {.diff_id = digest_of(digit),
          .digest = digest_of(digit),
          .size = size,
          .origins = std::move(origins),
          .lacking = lacking};
}

Inspection some_inspection() {
  return {.engine =
              nixbuild::engine::Facts{
                  .product = "Docker Engine",
                  .version = "28.5.2",
                  .api = {},
                  .platform = {.os = "linux", .architecture = "amd64", .variant = {}},
                  .store = nixbuild::engine::ImageStore::containerd,
                  .driver = {},
                  .id = {},
                  .host_name = {}},
          .engine_error = {},
          .images = {InspectedImage{
              .names = {Reference::parse("hello:2").value()},
              .id = digest_of('2').str(),
              .config_digest = digest_of('1'),
              .manifest_digest = digest_of('2'),
              .platform = {.os = "linux", .architecture = "amd64", .variant = {}},
              .layers = {layer('a', 2'000'000, {glibc, hello}, false), layer('b', 1024, {}, true)},
              .has_image = false,
              .load_bytes = 4096}}};
}

Inspection without_engine() {
  Inspection inspection = some_inspection();
  inspection.engine.reset();
  inspection.engine_error = Error(ErrorKind::unavailable, "nobody is there");
  return inspection;
}

} // namespace

BOOST_AUTO_TEST_SUITE(inspect_command)

BOOST_AUTO_TEST_CASE(for_people) {
  BOOST_TEST(inspection_text(some_inspection(), false) ==
             "Name:      hello:2\n"
             "Image ID:  " +
                 digest_of('2').str() +
                 "\n"
                 "Platform:  linux/amd64\n"
                 "Size:      2.00MB in 2 layers\n"
                 "To load:   4.10kB, the engine lacks 1 of 2 layers\n"
                 "\n"
                 "LAYER          SIZE      IN ENGINE  CONTENT\n"
                 "aaaaaaaaaaaa   2.00MB    yes        glibc-2.39 and 1 more\n"
                 "bbbbbbbbbbbb   1.02kB    no         -\n");
}

BOOST_AUTO_TEST_CASE(verbose_lists_all_paths) {
  BOOST_TEST(inspection_text(some_inspection(), true)
                 .contains("more\n               " + glibc + "\n               " + hello + "\n"));
}

BOOST_AUTO_TEST_CASE(image_that_is_there) {
  Inspection inspection = some_inspection();
  inspection.images[0].has_image = true;
  BOOST_TEST(inspection_text(inspection, false)
                 .contains("To load:   nothing, the engine has the image\n"));
}

BOOST_AUTO_TEST_CASE(without_an_engine_layers_are_shown) {
  const std::string text = inspection_text(without_engine(), false);
  BOOST_TEST(text.contains("To load:   not known, the engine does not answer: nobody is there\n"));
  BOOST_TEST(text.contains("aaaaaaaaaaaa   2.00MB    ?          glibc-2.39 and 1 more\n"));
  const auto object = boost::json::parse(inspection_json(without_engine()));
  BOOST_TEST(object.at("engine").is_null());
  BOOST_TEST(object.at("engineError").as_string() == "nobody is there");
  BOOST_TEST(object.at("images").at(0).at("inEngine").is_null());
  BOOST_TEST(object.at("images").at(0).at("loadBytes").is_null());
  BOOST_TEST(object.at("images").at(0).at("layers").at(0).at("inEngine").is_null());
}

BOOST_AUTO_TEST_CASE(for_scripts) {
  const auto object = boost::json::parse(inspection_json(some_inspection()));
  BOOST_TEST(object.at("engine").at("imageStore").as_string() == "containerd");
  BOOST_TEST(!object.as_object().contains("engineError"));
  const auto& image = object.at("images").at(0);
  BOOST_TEST(image.at("names").at(0).as_string() == "hello:2");
  BOOST_TEST(image.at("id").as_string() == digest_of('2').str());
  BOOST_TEST(image.at("configDigest").as_string() == digest_of('1').str());
  BOOST_TEST(image.at("size").to_number<int>() == 2'001'024);
  BOOST_TEST(image.at("loadBytes").to_number<int>() == 4096);
  BOOST_TEST(!image.at("inEngine").as_bool());
  BOOST_TEST(image.at("layers").at(0).at("inEngine").as_bool());
  BOOST_TEST(!image.at("layers").at(1).at("inEngine").as_bool());
  BOOST_TEST(image.at("layers").at(0).at("origins").at(1).as_string() == hello);
}

BOOST_AUTO_TEST_CASE(command_line) {
  testing::FakeWorld world;
  nixbuild::pipeline::BuildRequest asked;
  world.on_inspect = [&](const auto& request) {
    asked = request;
    return some_inspection();
  };
  BOOST_TEST(world.run({"nixbuild", "inspect", ".#x", "--format=json", "--impure", "--env=A=1",
                        "--platform=linux/arm64", "--builder=ssh", "--builder-image=me/nix:1"}) ==
             0);
  BOOST_TEST(asked.installable == ".#x");
  BOOST_TEST(asked.nix.impure);
  BOOST_TEST((asked.builder == nixbuild::pipeline::Builder::ssh));
  BOOST_TEST(asked.builder_image == "me/nix:1");
  BOOST_TEST(asked.platforms.at(0).str() == "linux/arm64");
  BOOST_TEST(asked.image_options.env.at(0) == "A=1");
  BOOST_TEST(world.out.text == inspection_json(some_inspection()));
  BOOST_TEST(world.err.text.contains("#1 inspect\n"));
  BOOST_TEST(world.run({"nixbuild", "inspect", "-qv"}) == 0);
  BOOST_TEST(world.out.text == inspection_text(some_inspection(), true));
  BOOST_TEST(world.err.text == "");
}

BOOST_AUTO_TEST_CASE(refusals) {
  testing::FakeWorld world;
  BOOST_TEST(world.run({"nixbuild", "inspect", "--format", "{{.Size}}"}) == 1);
  BOOST_TEST(world.err.text.contains("{{.Size}}"));
  BOOST_TEST(world.run({"nixbuild", "inspect", "--tag", "x"}) == 125);
  BOOST_TEST(world.out.text == "");
}

BOOST_AUTO_TEST_SUITE_END()
