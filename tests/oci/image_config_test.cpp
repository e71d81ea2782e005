#include "oci/image_config.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace nixbuild;
using oci::Digest;
using oci::parse_image_config;

namespace {

const std::string diff_id = Digest::of("layer").str();

std::string complaint(const std::string& text) {
  try {
    (void)parse_image_config(text, "c.json");
  } catch (const Error& error) {
    return error.kind() == ErrorKind::corrupt ? error.message() : "wrong kind: " + error.message();
  }
  return "none";
}

} // namespace

BOOST_AUTO_TEST_SUITE(image_config)

BOOST_AUTO_TEST_CASE(platform_and_diff_ids_are_read) {
  const auto config = parse_image_config(
      R"({"created":"x","architecture":"arm64","variant":"v8","os":"linux","config":{"Cmd":["/a"]},)"
      R"("rootfs":{"type":"layers","diff_ids":[")" +
          diff_id + R"(","sha256:)" + std::string(64, '0') + R"("]},"history":[]})",
      "c.json");
  BOOST_TEST(config.platform.str() == "linux/arm64");
  BOOST_REQUIRE(config.diff_ids.size() == 2U);
  BOOST_TEST((config.diff_ids[0] == Digest::of("layer")));
}

BOOST_AUTO_TEST_CASE(os_defaults_to_linux_and_no_layers_is_a_value) {
  const auto config = parse_image_config(R"({"architecture":"amd64","rootfs":{}})", "c.json");
  BOOST_TEST(config.platform.str() == "linux/amd64");
  BOOST_TEST(config.diff_ids.empty());
}

BOOST_AUTO_TEST_CASE(texts_that_are_no_config) {
  BOOST_TEST(complaint("") == "c.json is not valid JSON: incomplete JSON");
  BOOST_TEST(complaint("[]") == "c.json is not a JSON object");
  BOOST_TEST(complaint("{}") == "c.json does not say its architecture");
  BOOST_TEST(complaint(R"({"architecture":1})") == "c.json has a \"architecture\" of a wrong type");
  BOOST_TEST(complaint(R"({"architecture":"amd64"})") ==
             "c.json has no \"rootfs\", so it is no image config");
  BOOST_TEST(complaint(R"({"architecture":"amd64","rootfs":[]})") ==
             "\"rootfs\" of c.json is not a JSON object");
  BOOST_TEST(complaint(R"({"architecture":"amd64","rootfs":{"diff_ids":{}}})") ==
             "\"rootfs\" of c.json has a \"diff_ids\" of a wrong type");
  BOOST_TEST(complaint(R"({"architecture":"amd64","rootfs":{"diff_ids":[1]}})") ==
             "\"rootfs\" of c.json has a \"diff_ids\" of a wrong type");
  BOOST_TEST(complaint(R"({"architecture":"amd64","rootfs":{"diff_ids":["sha256:0"]}})") ==
             "c.json has a bad diff ID 'sha256:0': invalid checksum digest length");
}

BOOST_AUTO_TEST_CASE(config_cut_anywhere_is_refused) {
  const std::string text = R"({"architecture":"amd64","rootfs":{"diff_ids":[")" + diff_id + "\"]}}";
  BOOST_TEST(complaint(text) == "none");
  for (std::size_t length = 0; length < text.size(); ++length) {
    BOOST_TEST(complaint(text.substr(0, length)) == "c.json is not valid JSON: incomplete JSON");
  }
}

BOOST_AUTO_TEST_CASE(depth_and_size_are_bounded) {
  for (const std::string level : {"[", R"({"a":)"}) {
    std::string text;
    for (int i = 0; i < 10000; ++i)
      text += level;
    BOOST_TEST(complaint(text).find("too deep") != std::string::npos, complaint(text));
  }
  BOOST_TEST(complaint(std::string(oci::largest_image_config + 1, ' ')).find("is larger than") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
