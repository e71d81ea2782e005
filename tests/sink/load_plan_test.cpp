#include "fakes/memory_image.hpp"
#include "sink/load_plan.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;

BOOST_AUTO_TEST_SUITE(load_plan)

BOOST_AUTO_TEST_CASE(full_load_sends_each_layer_once) {
  const auto image = fakes::memory_image({"aa", "b", "aa", "ccc"});
  const sink::LoadPlan plan = sink::full_load(image);
  BOOST_TEST((plan.layers == std::vector<std::size_t>{0, 1, 3}));
  BOOST_TEST(plan.layer_bytes == 6U);
}

BOOST_AUTO_TEST_SUITE_END()
