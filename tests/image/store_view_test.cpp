#include "fake_store.hpp"
#include "image/store_view.hpp"

#include <boost/test/unit_test.hpp>

namespace image = nixbuild::image;
using nixbuild::tests::FakeStore;

namespace {

struct Fixture {
  FakeStore files;
  image::StoreView store{"/nix/store", files.root()};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(store_view, Fixture)

BOOST_AUTO_TEST_CASE(links_are_followed_within_the_store) {
  files.program("/nix/store/a-bash/bin/bash");
  files.link("/nix/store/a-bash/bin/sh", "bash");
  files.link("/nix/store/b-env/bin", "/nix/store/a-bash/bin");
  files.link("/nix/store/c-top/sw", "../b-env/./");
  BOOST_TEST(store.resolve("/nix/store/c-top/sw/bin/sh").value() == "/nix/store/a-bash/bin/bash");
  BOOST_TEST(store.is_program("/nix/store/c-top/sw/bin/sh"));
  BOOST_TEST(store.is_directory("/nix/store/c-top/sw/bin"));
  BOOST_TEST(!store.is_program("/nix/store/c-top/sw/bin"));
  BOOST_TEST(store.names_in("/nix/store/c-top/sw/bin") == (std::vector<std::string>{"bash", "sh"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nothing_outside_of_the_store_is_seen) {
  files.file("/etc/secret", "secret");
  files.file("/nix/outside", "secret");
  files.file("/nix/store-other/file", "secret");
  files.link("/nix/store/a-x/absolute", "/etc/secret");
  files.link("/nix/store/a-x/relative", "../../outside");
  files.link("/nix/store/a-x/high", "../../../../../../etc/secret");
  files.link("/nix/store/a-x/similar", "/nix/store-other/file");
  files.link("/nix/store/a-x/whole", "/nix/store");
  for (const char* name : {"absolute", "relative", "high", "similar", "whole"})
    BOOST_TEST(!store.exists(std::string("/nix/store/a-x/") + name), name);
  BOOST_TEST(!store.read("/nix/store/a-x/absolute", 100));
  BOOST_TEST(!store.exists("/etc/secret"));
}

BOOST_AUTO_TEST_CASE(way_out_and_back_in_is_allowed) {
  files.file("/nix/store/a-x/file", "text");
  files.link("/nix/store/b-y/link", "../../store/a-x/file");
  BOOST_TEST(store.read("/nix/store/b-y/link", 100).value() == "text");
}

BOOST_AUTO_TEST_CASE(circles_and_gaps_lead_nowhere) {
  files.link("/nix/store/a-x/one", "two");
  files.link("/nix/store/a-x/two", "one");
  files.link("/nix/store/a-x/gap", "missing/file");
  BOOST_TEST(!store.exists("/nix/store/a-x/one"));
  BOOST_TEST(!store.exists("/nix/store/a-x/gap"));
  BOOST_TEST(!store.exists("/nix/store/none"));
  BOOST_TEST(store.names_in("/nix/store/none").empty());
}

BOOST_AUTO_TEST_CASE(large_files_are_not_read) {
  files.file("/nix/store/a-x/file", std::string(101, 'x'));
  BOOST_TEST(!store.read("/nix/store/a-x/file", 100));
  BOOST_TEST(store.read("/nix/store/a-x/file", 101).value().size() == 101U);
  BOOST_TEST(!store.read("/nix/store/a-x", 100));
}

BOOST_AUTO_TEST_CASE(plain_file_is_no_program) {
  files.file("/nix/store/a-text", "text");
  files.program("/nix/store/b-script");
  BOOST_TEST(!store.is_program("/nix/store/a-text"));
  BOOST_TEST(store.is_program("/nix/store/b-script"));
}

BOOST_AUTO_TEST_SUITE_END()
