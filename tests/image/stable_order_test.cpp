#include "fakes/memory_image.hpp"
#include "image/stable_order.hpp"
#include "oci/image_config.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace nixbuild;
using Texts = std::vector<std::string>;

namespace {

// Layers in capitals may change places.
image::Image image_of(const Texts& layers) {
  image::Image image = fakes::memory_image(layers);
  for (std::size_t i = 0; i < layers.size(); ++i)
    image.layers[i].movable = layers[i].front() >= 'A' && layers[i].front() <= 'Z';
  return image;
}

std::vector<oci::Digest> diff_ids(const Texts& layers) {
  std::vector<oci::Digest> digests;
  for (const std::string& layer : layers)
    digests.push_back(oci::Digest::of(layer));
  return digests;
}

// The layers of the result; what it gained is checked against `gained` and `bytes`.
std::string ordered(const Texts& layers, const Texts& previous, std::size_t gained,
                    std::uint64_t bytes) {
  const auto result = image::stable_order(image_of(layers), diff_ids(previous));
  if (!result) return "none";
  BOOST_TEST(result->layers == gained);
  BOOST_TEST(result->bytes == bytes);
  BOOST_TEST((result->image.config_digest == oci::Digest::of(result->image.config)));
  std::string text;
  std::vector<oci::Digest> order;
  for (const image::Layer& layer : result->image.layers) {
    order.push_back(layer.diff_id);
    for (const std::string& name : layers) {
      if (oci::Digest::of(name) != layer.diff_id) continue;
      text += name + " ";
      break;
    }
  }
  BOOST_TEST((oci::parse_image_config(result->image.config, "config").diff_ids == order));
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(stable_order)

BOOST_AUTO_TEST_CASE(known_layers_come_first_in_their_order_and_new_ones_on_top) {
  BOOST_TEST(ordered({"B", "A", "C"}, {"A", "B", "C"}, 3, 3) == "A B C ");
  BOOST_TEST(ordered({"NEW", "A", "B"}, {"A", "B"}, 2, 2) == "A B NEW ");
  BOOST_TEST(ordered({"A", "NEW1", "BBB", "NEW2"}, {"A", "BBB", "OLD"}, 1, 3) ==
             "A BBB NEW1 NEW2 ");
}

BOOST_AUTO_TEST_CASE(layers_that_may_not_move_stay) {
  BOOST_TEST(ordered({"base", "N", "A", "B", "top"}, {"base", "A", "B", "top0"}, 2, 2) ==
             "base A B N top ");
  BOOST_TEST(ordered({"B", "fixed", "A"}, {"A", "fixed", "B"}, 3, 7) == "A fixed B ");
  BOOST_TEST(ordered({"a", "b"}, {"b", "a"}, 0, 0) == "none");
}

BOOST_AUTO_TEST_CASE(nothing_to_gain_changes_nothing) {
  BOOST_TEST(ordered({"A", "B", "N"}, {"A", "B"}, 0, 0) == "none");
  BOOST_TEST(ordered({"B", "A"}, {}, 0, 0) == "none");
  BOOST_TEST(ordered({"B", "A"}, {"X", "A", "B"}, 0, 0) == "none");
  BOOST_TEST(ordered({"base2", "B", "A"}, {"base", "A", "B"}, 0, 0) == "none");
}

BOOST_AUTO_TEST_CASE(result_is_stable) {
  const auto first = image::stable_order(image_of({"N", "A", "B"}), diff_ids({"A", "B"}));
  BOOST_REQUIRE(first);
  std::vector<oci::Digest> now;
  for (const image::Layer& layer : first->image.layers)
    now.push_back(layer.diff_id);
  const auto again = image::stable_order(image_of({"N", "A", "B"}), now);
  BOOST_REQUIRE(again);
  BOOST_TEST(again->image.config == first->image.config);
}

BOOST_AUTO_TEST_SUITE_END()
