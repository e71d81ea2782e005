#include "fakes/compress.hpp"
#include "fakes/memory_image.hpp"
#include "image/file_search.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::image;
using fakes::RawTarHeader;
using fakes::TarBuilder;

namespace {

FoundFile found(const std::vector<std::string>& layers, const std::string& path = "/etc/passwd") {
  return find_file(fakes::memory_image(layers), path, {});
}

std::string layer(const std::string& name, const std::string& content) {
  return TarBuilder().file(name, content).finished();
}

std::string link_layer(const std::string& name, const std::string& target) {
  return TarBuilder()
      .raw(RawTarHeader{.name = name, .type_flag = '2', .link_target = target}.block())
      .finished();
}

} // namespace

BOOST_AUTO_TEST_SUITE(file_search)

BOOST_AUTO_TEST_CASE(the_topmost_layer_counts) {
  const auto file =
      found({layer("etc/passwd", "old"), layer("./etc/passwd", "new"), layer("/etc/other", "x")});
  BOOST_TEST(file.exists);
  BOOST_TEST(file.content == "new");
  BOOST_TEST(!found({layer("etc/passwd-", "x")}).exists);
}

BOOST_AUTO_TEST_CASE(what_a_layer_removes_is_gone) {
  const std::string below = layer("etc/passwd", "old");
  BOOST_TEST(!found({below, layer("etc/.wh.passwd", "")}).exists);
  BOOST_TEST(!found({below, layer(".wh.etc", "")}).exists);
  BOOST_TEST(!found({below, layer("etc/.wh..wh..opq", "")}).exists);
  BOOST_TEST(found({below, layer("etc/.wh.group", "")}).exists);
  BOOST_TEST(found({below, layer("etc/passwd/.wh..wh..opq", "")}).exists);
  const std::string replaced =
      TarBuilder().file("etc/.wh..wh..opq", "").file("etc/passwd", "new").finished();
  BOOST_TEST(found({below, replaced}).content == "new");
}

BOOST_AUTO_TEST_CASE(links_are_followed_through_layers) {
  const auto file = found(
      {layer("nix/store/x/passwd", "there"), link_layer("etc/passwd", "/nix/store/x/passwd")});
  BOOST_TEST(file.content == "there");
  BOOST_TEST(!file.behind_link);
  BOOST_TEST(found({layer("etc/p", "near"), link_layer("etc/passwd", "./p")}).content == "near");
  const auto behind =
      found({layer("nix/store/x/passwd", "there"), link_layer("etc", "nix/store/x")});
  BOOST_TEST(behind.content == "there");
  BOOST_TEST(behind.behind_link);
  BOOST_TEST(!found({link_layer("etc/passwd", "passwd")}).exists); // for ever
  BOOST_TEST(!found({link_layer("etc/passwd", "/none")}).exists);
}

BOOST_AUTO_TEST_CASE(compressed_layers_and_those_of_store_paths) {
  Image image = fakes::memory_image({layer("etc/passwd", "x")});
  const std::string packed = fakes::gzip(layer("etc/passwd", "packed"));
  image.layers.push_back(fakes::memory_layer(packed));
  image.layers.back().media_type = "application/vnd.oci.image.layer.v1.tar+gzip";
  BOOST_TEST(find_file(image, "/etc/passwd", {}).content == "packed");
  // It is not read: it is no tar.
  image.layers.push_back(fakes::memory_layer("x"));
  image.layers.back().movable = true;
  image.layers.back().origins = {"/nix/store/a"};
  BOOST_TEST(find_file(image, "/etc/passwd", {}).content == "packed");
  BOOST_CHECK_THROW((void)find_file(image, "/nix/store/a/b", {}), Error);
}

BOOST_AUTO_TEST_CASE(damage_is_an_error) {
  BOOST_CHECK_EXCEPTION((void)found({"no tar"}), Error,
                        [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
  const std::string huge =
      RawTarHeader{.name = "etc/passwd", .size = fakes::octal_size(5U << 20U)}.block();
  BOOST_CHECK_EXCEPTION((void)found({huge}), Error, [](const Error& error) {
    return error.kind() == ErrorKind::corrupt && error.message().contains("larger");
  });
}

BOOST_AUTO_TEST_SUITE_END()
