#include "fakes/memory_image.hpp"
#include "oci/image_config.hpp"
#include "sink/prefix_image.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;

BOOST_AUTO_TEST_SUITE(prefix_image)

BOOST_AUTO_TEST_CASE(it_has_the_first_layers_the_platform_and_the_label) {
  const auto image = fakes::memory_image({"a", "b", "c"});
  const auto prefix = sink::prefix_image(image, 2, "app:1");
  BOOST_REQUIRE(prefix.layers.size() == 2U);
  BOOST_TEST((prefix.layers[1].diff_id == image.layers[1].diff_id));
  BOOST_TEST((prefix.config_digest == oci::Digest::of(prefix.config)));
  const auto config = oci::parse_image_config(prefix.config, "config");
  BOOST_TEST((config.platform == image.platform));
  BOOST_TEST(config.diff_ids.size() == 2U);
  BOOST_TEST(prefix.config.find(R"("Labels":{"docker-nixbuild.prefix-of":"app:1"})") !=
             std::string::npos);
  BOOST_TEST(!prefix.manifest);
  BOOST_TEST(prefix.names.empty());
}

BOOST_AUTO_TEST_SUITE_END()
