#include "progress/mode.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using nixbuild::Environment;
using nixbuild::Error;
using nixbuild::progress::choose_mode;
using nixbuild::progress::Mode;
using nixbuild::progress::parse_mode;

using Variables = std::map<std::string, std::string>;

BOOST_AUTO_TEST_SUITE(mode)

BOOST_AUTO_TEST_CASE(names) {
  BOOST_TEST((parse_mode("auto") == Mode::automatic));
  BOOST_TEST((parse_mode("none") == Mode::none));
  BOOST_TEST(parse_mode("foo").error() == "invalid progress mode foo");
  BOOST_TEST(!parse_mode("").has_value());
}

BOOST_AUTO_TEST_CASE(automatic_follows_the_terminal) {
  BOOST_TEST((choose_mode(Mode::automatic, {}, true) == Mode::tty));
  BOOST_TEST((choose_mode(Mode::automatic, {}, false) == Mode::plain));
  BOOST_TEST((choose_mode(Mode::automatic, Environment(Variables{{"TERM", "dumb"}}), true) ==
              Mode::plain));
}

BOOST_AUTO_TEST_CASE(environment_counts_only_in_auto) {
  const Environment buildkit(Variables{{"BUILDKIT_PROGRESS", "rawjson"}});
  BOOST_TEST((choose_mode(Mode::automatic, buildkit, true) == Mode::rawjson));
  BOOST_TEST((choose_mode(Mode::plain, buildkit, true) == Mode::plain));
  const Environment both(
      Variables{{"BUILDKIT_PROGRESS", "rawjson"}, {"NIXBUILD_PROGRESS", "quiet"}});
  BOOST_TEST((choose_mode(Mode::automatic, both, true) == Mode::quiet));
  const Environment back_to_auto(Variables{{"NIXBUILD_PROGRESS", "auto"}});
  BOOST_TEST((choose_mode(Mode::automatic, back_to_auto, true) == Mode::tty));
}

BOOST_AUTO_TEST_CASE(bad_variable_is_named) {
  const Environment bad(Variables{{"BUILDKIT_PROGRESS", "loud"}});
  BOOST_CHECK_EXCEPTION((void)choose_mode(Mode::automatic, bad, true), Error, [](const auto& e) {
    return e.message() == "invalid progress mode loud (from BUILDKIT_PROGRESS)";
  });
  BOOST_CHECK_NO_THROW((void)choose_mode(Mode::plain, bad, true));
}

BOOST_AUTO_TEST_CASE(tty_needs_a_terminal) {
  BOOST_CHECK_THROW((void)choose_mode(Mode::tty, {}, false), Error);
  BOOST_CHECK_THROW((void)choose_mode(Mode::automatic,
                                      Environment(Variables{{"BUILDKIT_PROGRESS", "tty"}}), false),
                    Error);
}

BOOST_AUTO_TEST_SUITE_END()
