#include "pipeline/load_turns.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <initializer_list>
#include <optional>
#include <thread>

using namespace nixbuild;
using namespace nixbuild::pipeline;
using Turn = std::optional<LoadTurns::Turn>;

namespace {

std::vector<image::Image> image_of(std::initializer_list<char> layers) {
  image::Image image{.config = {}, .config_digest = oci::Digest::of(""), .platform = {}};
  for (const char digit : layers) {
    const auto digest = oci::Digest::from_hex(std::string(64, digit));
    image.layers.push_back({.diff_id = digest, .digest = digest});
  }
  return {image};
}

} // namespace

BOOST_AUTO_TEST_SUITE(load_turns)

BOOST_AUTO_TEST_CASE(images_without_a_common_layer_do_not_wait) {
  LoadTurns turns;
  Turn first;
  Turn second;
  turns.take(first, "engine", image_of({'a', 'b'}), {});
  turns.take(second, "engine", image_of({'c', 'd'}), {});
  BOOST_TEST(second.has_value());
}

BOOST_AUTO_TEST_CASE(a_common_layer_is_waited_for) {
  LoadTurns turns;
  Turn first;
  turns.take(first, "engine", image_of({'a', 'b'}), {});
  std::atomic<bool> first_is_loaded{false};
  bool came_later = false;
  std::thread other([&] {
    Turn second;
    turns.take(second, "engine", image_of({'b', 'c'}), {});
    came_later = first_is_loaded;
  });
  first_is_loaded = true;
  first.reset();
  other.join();
  BOOST_TEST(came_later);
  Turn third;
  turns.take(third, "engine", image_of({'b', 'b'}), {});
  BOOST_TEST(third.has_value());
}

BOOST_AUTO_TEST_CASE(what_was_loaded_is_known_to_those_who_come_later) {
  LoadTurns turns;
  const auto given = [&](const std::string& engine) {
    Turn turn;
    turns.take(turn, engine, image_of({'d'}), {});
    return turn->given().size();
  };
  for (const bool succeeds : {false, true}) {
    Turn turn;
    turns.take(turn, "engine", image_of({'a', 'b'}), {});
    if (succeeds) turn->done(image_of({'a', 'b'}));
    turn.reset();
    BOOST_TEST(given("engine") == (succeeds ? 2U : 0U));
  }
  BOOST_TEST(given("another") == 0U);
}

BOOST_AUTO_TEST_CASE(a_stop_ends_the_wait) {
  LoadTurns turns;
  const CancelSource cancel;
  Turn first;
  turns.take(first, "engine", image_of({'a'}), {});
  std::optional<ErrorKind> kind;
  std::thread other([&] {
    Turn second;
    try {
      turns.take(second, "engine", image_of({'a'}), cancel.token());
    } catch (const Error& error) {
      kind = error.kind();
    }
  });
  cancel.raise(CancelLevel::graceful);
  other.join();
  BOOST_TEST((kind == ErrorKind::cancelled));
}

BOOST_AUTO_TEST_SUITE_END()
