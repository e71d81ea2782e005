#include "cache/vm_image.hpp"
#include "cache_fixture.hpp"

using namespace nixbuild;
using namespace nixbuild::cache;
using testing::check_error;
using testing::store_path;

namespace {

const std::string image = store_path('i', "nixos-image");

std::optional<VmImage> found(const std::vector<std::string>& names, const std::string& yaml = {}) {
  std::vector<std::string> paths;
  for (const std::string& name : names)
    paths.push_back(store_path('a', name));
  return vm_image_in(paths, [&](const std::string&) { return yaml; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(vm_images)

BOOST_AUTO_TEST_CASE(of_nix_rosetta_builder) {
  const std::vector<std::string> names{"darwin-system", "rosetta-builder.yaml", "create-builder"};
  for (const std::string& yaml :
       {"images:\n- arch: aarch64\n  location: \"" + image + "/nixos.qcow2\"\n",
        R"({"images":[{"location":")" + image + R"(/nixos.qcow2"}]})",
        "mounts: []\n# location\nimages: [{location: " + image + "}]"}) {
    BOOST_TEST(found(names, yaml)->path == image);
    BOOST_TEST(found(names, yaml)->builder == "nix-rosetta-builder");
  }
  for (const std::string yaml :
       {"", "images: []", "location: https://x/nixos.qcow2", "location: /nix/store/../etc/passwd"})
    check_error([&] { (void)found(names, yaml); }, ErrorKind::corrupt, "rosetta-builder.yaml");
}

BOOST_AUTO_TEST_CASE(of_linux_builder) {
  BOOST_TEST(found({"darwin-system", "create-builder"})->path == store_path('a', "create-builder"));
  BOOST_TEST(!found({"darwin-system"}));
}

BOOST_AUTO_TEST_CASE(of_a_flake) {
  BOOST_TEST(vm_image_of_flake("github:cpick/nix-rosetta-builder") ==
             "github:cpick/nix-rosetta-builder#packages.aarch64-linux.image");
  BOOST_TEST(vm_image_of_flake(".#mine") == ".#mine");
}

BOOST_AUTO_TEST_SUITE_END()
