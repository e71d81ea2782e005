#include "progress/colors.hpp"

#include <boost/test/unit_test.hpp>

using nixbuild::Environment;
using nixbuild::progress::colors_of;

using Variables = std::map<std::string, std::string>;

BOOST_AUTO_TEST_SUITE(colors)

BOOST_AUTO_TEST_CASE(no_color_wins) {
  const auto colors =
      colors_of(Environment(Variables{{"NO_COLOR", "1"}, {"BUILDKIT_COLORS", "run=green"}}));
  BOOST_TEST(colors.run == "");
  BOOST_TEST(colors.reset == "");
}

BOOST_AUTO_TEST_CASE(empty_no_color_counts_as_unset) {
  BOOST_TEST(colors_of(Environment(Variables{{"NO_COLOR", ""}})).run == "\x1B[34m");
}

BOOST_AUTO_TEST_CASE(buildkit_colors) {
  const auto colors = colors_of(Environment(Variables{
      {"BUILDKIT_COLORS", "run=green:warning=light-yellow:cancel=255,165,0:error=mauve:x=red"}}));
  BOOST_TEST(colors.run == "\x1B[32m");
  BOOST_TEST(colors.warning == "\x1B[93m");
  BOOST_TEST(colors.cancel == "\x1B[38;2;255;165;0m");
  BOOST_TEST(colors.error == "\x1B[31m"); // as it was: there is no such color
}

BOOST_AUTO_TEST_CASE(nonsense_changes_nothing) {
  for (const auto* value : {"", ":", "=", "run", "run=", "run=1,2", "run=1,2,256", "run=1,2,3,4"})
    BOOST_TEST(colors_of(Environment(Variables{{"BUILDKIT_COLORS", value}})).run == "\x1B[34m");
}

BOOST_AUTO_TEST_SUITE_END()
