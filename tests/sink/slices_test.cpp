#include "fakes/memory_image.hpp"
#include "sink/slices.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace nixbuild;
using sink::Slice;
using Indexes = std::vector<std::size_t>;

namespace {

// "0 1 | 2 3" of the layers that each slice sends, and where it ends.
std::string described(const std::vector<Slice>& slices) {
  std::string text;
  for (const Slice& slice : slices) {
    if (!text.empty()) text += "| ";
    std::uint64_t bytes = 0;
    for (const std::size_t layer : slice.plan.layers)
      text += std::to_string(layer) + " ";
    bytes = slice.plan.layer_bytes;
    text += "(" + std::to_string(bytes) + ") <" + std::to_string(slice.end) + " ";
  }
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(slices)

BOOST_AUTO_TEST_CASE(plan_is_cut_into_parts_of_about_equal_size) {
  const auto image = fakes::memory_image({"aa", "bb", "cccc", "dd", "ee"});
  const auto plan = sink::full_load(image);
  const auto cut = [&](std::uint64_t worth, std::size_t most) {
    return described(sink::slices_of(image, plan, {.worth_cutting = worth, .most = most}));
  };
  BOOST_TEST(cut(13, 3) == "0 1 2 3 4 (12) <5 ");
  BOOST_TEST(cut(12, 1) == "0 1 2 3 4 (12) <5 ");
  BOOST_TEST(cut(12, 2) == "0 1 2 (8) <3 | 3 4 (4) <5 ");
  BOOST_TEST(cut(12, 3) == "0 1 (4) <2 | 2 (4) <3 | 3 4 (4) <5 ");
  BOOST_TEST(cut(0, 100) == "0 (2) <1 | 1 (2) <2 | 2 (4) <3 | 3 (2) <4 | 4 (2) <5 ");
}

BOOST_AUTO_TEST_CASE(layers_that_are_there_are_in_the_prefix_but_not_sent) {
  const auto image = fakes::memory_image({"a", "b", "c", "d", "e"});
  const sink::LoadPlan plan{.layers = {1, 3}, .layer_bytes = 2};
  BOOST_TEST(described(sink::slices_of(image, plan, {.worth_cutting = 0, .most = 9})) ==
             "1 (1) <2 | 3 (1) <5 ");
}

BOOST_AUTO_TEST_CASE(repeated_layer_is_in_every_slice_where_it_is_missing) {
  const auto image = fakes::memory_image({"s", "a", "s", "b", "s", "s"});
  const sink::LoadPlan plan{.layers = {1, 2, 3}, .layer_bytes = 3};
  BOOST_TEST(described(sink::slices_of(image, plan, {.worth_cutting = 0, .most = 2})) ==
             "1 2 (2) <3 | 3 4 (2) <6 ");
}

BOOST_AUTO_TEST_CASE(nothing_missing_is_one_slice) {
  const auto image = fakes::memory_image({"a", "b"});
  BOOST_TEST(described(sink::slices_of(image, {}, {.worth_cutting = 0, .most = 5})) == "(0) <2 ");
}

BOOST_AUTO_TEST_SUITE_END()
