#include "image/root_files.hpp"
#include "layer_files.hpp"

#include <boost/test/unit_test.hpp>

namespace image = nixbuild::image;
using nixbuild::archive::TarType;
using nixbuild::tests::files_of;

BOOST_AUTO_TEST_SUITE(root_files)

BOOST_AUTO_TEST_CASE(layer_holds_what_was_described) {
  image::RootFiles files;
  files.file("/etc/passwd", "root\n");
  files.directory("/tmp", 01777);
  files.directory("/home/dev", 0700, {.uid = 1000, .gid = 100});
  files.link("/bin/sh", "/nix/store/abc-bash/bin/sh");
  const auto layer = files_of(*files.layer());
  BOOST_TEST(layer.size() == 7U); // and /bin, /etc, /home
  BOOST_TEST(layer.at("/etc/passwd").content == "root\n");
  BOOST_TEST(layer.at("/etc/passwd").mode == 0644U);
  BOOST_TEST((layer.at("/tmp").type == TarType::directory));
  BOOST_TEST(layer.at("/tmp").mode == 01777U);
  BOOST_TEST(layer.at("/home").mode == 0755U);
  BOOST_TEST(layer.at("/home/dev").mode == 0700U);
  BOOST_TEST(layer.at("/home/dev").uid == 1000U);
  BOOST_TEST(layer.at("/home/dev").gid == 100U);
  BOOST_TEST((layer.at("/bin/sh").type == TarType::symbolic_link));
  BOOST_TEST(layer.at("/bin/sh").content == "/nix/store/abc-bash/bin/sh");
}

BOOST_AUTO_TEST_CASE(folders_keep_the_mode_they_were_described_with) {
  image::RootFiles files;
  files.directory("/root", 0700);
  files.file("/root/.profile", "");
  BOOST_TEST(files_of(*files.layer()).at("/root").mode == 0700U);
}

BOOST_AUTO_TEST_CASE(description_given_last_counts) {
  image::RootFiles files;
  files.link("/etc/os-release", "/elsewhere");
  files.file("/etc/os-release", "ID=nixos\n");
  BOOST_TEST(files.contains("/etc/os-release"));
  BOOST_TEST(files.link_targets().empty());
  BOOST_TEST(files_of(*files.layer()).at("/etc/os-release").content == "ID=nixos\n");
}

BOOST_AUTO_TEST_SUITE_END()
