#include "agent/event_json.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::agent;
using namespace nixbuild::progress;
using namespace std::string_literals;

namespace {

const Time early = Time(std::chrono::nanoseconds(1'700'000'000'123'456'789));
const Time late = early + std::chrono::nanoseconds(1);
// What programs print and files are called: no UTF-8, a NUL, an escape sequence, quotes.
const std::string odd = "\xff\xfe \0 \x1b[1m \"\\ \xc3\xa4\n"s;

bool is_corrupt(const Error& error) {
  return error.kind() == ErrorKind::corrupt;
}

template <class Kind>
Kind through_json(const Kind& event) {
  return std::get<Kind>(event_from_json(event_to_json(event)));
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_json)

BOOST_AUTO_TEST_CASE(a_start_is_not_changed) {
  const auto event = through_json(StepStarted{.step = 7, .name = odd, .at = early});
  BOOST_TEST(event.step == 7U);
  BOOST_TEST(event.name == odd);
  BOOST_TEST((event.at == early));
}

BOOST_AUTO_TEST_CASE(an_item_is_not_changed) {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  const auto event = through_json(ItemAdvanced{.step = most,
                                               .item = odd,
                                               .current = most - 1,
                                               .total = most,
                                               .bytes = false,
                                               .started = early,
                                               .at = late,
                                               .completed = true});
  BOOST_TEST(event.step == most);
  BOOST_TEST(event.item == odd);
  BOOST_TEST(event.current == most - 1);
  BOOST_TEST(event.total == most);
  BOOST_TEST(!event.bytes);
  BOOST_TEST((event.started == early));
  BOOST_TEST((event.at == late));
  BOOST_TEST(event.completed);
}

BOOST_AUTO_TEST_CASE(a_line_is_not_changed) {
  const auto event = through_json(StepLog{.step = 1, .line = odd, .at = late});
  BOOST_TEST(event.step == 1U);
  BOOST_TEST(event.line == odd);
  BOOST_TEST((event.at == late));
}

BOOST_AUTO_TEST_CASE(an_end_is_not_changed) {
  for (const Outcome outcome :
       {Outcome::done, Outcome::cached, Outcome::cancelled, Outcome::failed}) {
    const auto event =
        through_json(StepFinished{.step = 2, .outcome = outcome, .error = odd, .at = early});
    BOOST_TEST(event.step == 2U);
    BOOST_TEST((event.outcome == outcome));
    BOOST_TEST(event.error == odd);
    BOOST_TEST((event.at == early));
  }
}

BOOST_AUTO_TEST_CASE(a_notice_is_not_changed) {
  for (const Notice::Level level :
       {Notice::Level::debug, Notice::Level::info, Notice::Level::warning}) {
    const auto event = through_json(Notice{.level = level, .text = odd, .at = early});
    BOOST_TEST((event.level == level));
    BOOST_TEST(event.text == odd);
    BOOST_TEST((event.at == early));
  }
}

BOOST_AUTO_TEST_CASE(a_text_that_is_cut_anywhere_is_no_event) {
  const std::string text = event_to_json(ItemAdvanced{.step = 1, .item = "x", .at = early});
  for (std::size_t cut = 0; cut < text.size(); ++cut)
    BOOST_CHECK_EXCEPTION((void)event_from_json(text.substr(0, cut)), Error, is_corrupt);
}

BOOST_AUTO_TEST_CASE(what_is_no_event_is_refused) {
  const std::vector<std::string> texts{
      R"([])",
      R"({})",
      R"({"event":"dance","step":1,"at":1})",
      R"({"event":"log","step":1,"line":"x"})",
      R"({"event":"log","step":1,"line":"x","at":-1})",
      R"({"event":"log","step":1,"line":"x","at":9223372036854775807})",
      R"({"event":"log","step":-1,"line":"x","at":1})",
      R"({"event":"log","step":1.5,"line":"x","at":1})",
      R"({"event":"log","step":1,"line":7,"at":1})",
      R"({"event":"finished","step":1,"outcome":"fine","error":"","at":1})",
      R"({"event":"notice","level":"loud","text":"","at":1})",
      R"({"event":[[[[[[[[[[]]]]]]]]]]})",
  };
  for (const std::string& text : texts)
    BOOST_CHECK_EXCEPTION((void)event_from_json(text), Error, is_corrupt);
}

BOOST_AUTO_TEST_SUITE_END()
