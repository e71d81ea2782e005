#include "nix/nearest.hpp"
#include "nix/nix.hpp"
#include "nix/store_path.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace nixbuild::nix;
using nixbuild::Error;
using nixbuild::oci::Platform;
using Names = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(names)

BOOST_AUTO_TEST_CASE(nearest_names_are_those_that_were_meant) {
  const Names names{"layeredImage", "streamedImage", "default", "image", "hello"};
  BOOST_TEST((nearest_names("layerdImage", names) == Names{"layeredImage", "image"}));
  BOOST_TEST((nearest_names("layeredimage", names).front() == "layeredImage"));
  BOOST_TEST((nearest_names("layered", names) == Names{"layeredImage"}));
  BOOST_TEST((nearest_names("helo", names) == Names{"hello"}));
  BOOST_TEST(nearest_names("xyz", names).empty());
  BOOST_TEST(nearest_names("", names).empty());
  BOOST_TEST(nearest_names("a", {"b", "c"}).empty());
}

BOOST_AUTO_TEST_CASE(no_more_than_three_names) {
  BOOST_TEST(nearest_names("image", {"image1", "image2", "image3", "image4"}).size() == 3U);
}

BOOST_AUTO_TEST_CASE(store_paths_are_told_by_their_form) {
  const std::string name = "0123456789abcdfghijklmnpqrsvwxyz-hello-2.12";
  BOOST_TEST(is_store_path("/nix/store/" + name));
  BOOST_TEST(is_store_path("/elsewhere/store/" + name));
  BOOST_TEST(!is_store_path("/nix/store/" + name + "/bin"));
  BOOST_TEST(!is_store_path("/nix/" + name));
  BOOST_TEST(!is_store_path("/nix/store/.links"));
  BOOST_TEST(!is_store_path("/nix/store/e123456789abcdfghijklmnpqrsvwxyz-hello"));
  BOOST_TEST(!is_store_path(name));
}

BOOST_AUTO_TEST_CASE(store_paths_have_readable_names) {
  const std::string hash = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-";
  BOOST_TEST(readable_name(hash + "hello-2.12.drv") == "hello-2.12");
  BOOST_TEST(readable_name(hash + "hello.tar.gz") == "hello.tar.gz");
  BOOST_TEST(readable_name("something else") == "something else");
}

BOOST_AUTO_TEST_CASE(systems_of_platforms) {
  const auto system = [](const char* architecture, const char* variant = "") {
    return system_of(Platform{"linux", architecture, variant});
  };
  BOOST_TEST(system("amd64") == "x86_64-linux");
  BOOST_TEST(system("amd64", "v3") == "x86_64-linux");
  BOOST_TEST(system("arm64") == "aarch64-linux");
  BOOST_TEST(system("arm", "v7") == "armv7l-linux");
  BOOST_TEST(system("arm", "v6") == "armv6l-linux");
  BOOST_TEST(system("386") == "i686-linux");
  BOOST_TEST(system("riscv64") == "riscv64-linux");
  BOOST_TEST(system("ppc64le") == "powerpc64le-linux");
  BOOST_TEST(system("s390x") == "s390x-linux");
  BOOST_CHECK_THROW((void)system("wasm"), Error);
  BOOST_CHECK_THROW((void)system_of(Platform{"windows", "amd64", ""}), Error);
}

BOOST_AUTO_TEST_CASE(versions) {
  const auto numbers = [](const char* text) {
    const auto version = parse_version(text);
    BOOST_REQUIRE(version.has_value());
    return std::to_string(version->major_number) + "." + std::to_string(version->minor_number) +
           " " + version->text;
  };
  BOOST_TEST(numbers("nix (Nix) 2.34.8\n") == "2.34 2.34.8");
  BOOST_TEST(numbers("nix (Lix, like Nix) 2.91.0") == "2.91 2.91.0");
  BOOST_TEST(numbers("nix (Determinate Nix 3.6.2) 2.30.2") == "2.30 2.30.2");
  BOOST_TEST(numbers("nix (Nix) 2.36pre20260101_abcdef") == "2.36 2.36pre20260101_abcdef");
  for (const char* text : {"", "nix", "nix (Nix) x.y", "nix 2", "nix -1.2", "nix 99999999999.1"})
    BOOST_TEST(!parse_version(text).has_value());
}

BOOST_AUTO_TEST_CASE(versions_compare_by_number) {
  const Version version{.major_number = 2, .minor_number = 8, .text = "2.8.0"};
  BOOST_TEST(version.at_least(2, 8));
  BOOST_TEST(version.at_least(1, 11));
  BOOST_TEST(!version.at_least(2, 13));
  BOOST_TEST(!version.at_least(3, 0));
}

BOOST_AUTO_TEST_SUITE_END()
