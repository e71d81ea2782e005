#include "nix/internal_json.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>

using namespace nixbuild::nix;

namespace {

template <class Kind>
Kind parse(std::string_view line) {
  const LogEvent event = parse_log_line(line);
  BOOST_REQUIRE_MESSAGE(std::holds_alternative<Kind>(event),
                        line << " is of kind " << event.index());
  return std::get<Kind>(event);
}

constexpr std::string_view start =
    R"(@nix {"action":"start","fields":["/nix/store/x.drv","",1,1],"id":4294967301,"level":3,)"
    R"("parent":7,"text":"building","type":105})";

} // namespace

BOOST_AUTO_TEST_SUITE(internal_json)

BOOST_AUTO_TEST_CASE(start_of_an_activity) {
  const auto started = parse<ActivityStarted>(start);
  BOOST_TEST(started.id == 4294967301U);
  BOOST_TEST(started.parent == 7U);
  BOOST_TEST(started.type == 105U);
  BOOST_TEST(started.level == 3U);
  BOOST_TEST(started.text == "building");
  BOOST_TEST(started.fields.size() == 4U);
  BOOST_TEST(std::get<std::string>(started.fields.at(0)) == "/nix/store/x.drv");
  BOOST_TEST(std::get<std::uint64_t>(started.fields.at(2)) == 1U);
}

BOOST_AUTO_TEST_CASE(nix_2_8_tells_no_parent) {
  const auto started = parse<ActivityStarted>(
      R"(@nix {"action":"start","id":39393440038912,"level":6,"text":"querying","type":0})");
  BOOST_TEST(started.parent == 0U);
  BOOST_TEST(started.fields.empty());
}

BOOST_AUTO_TEST_CASE(other_actions) {
  BOOST_TEST(parse<ActivityStopped>(R"(@nix {"action":"stop","id":5})").id == 5U);
  const auto result =
      parse<ActivityResult>(R"(@nix {"action":"result","fields":["line"],"id":5,"type":101})");
  BOOST_TEST(result.type == 101U);
  BOOST_TEST(std::get<std::string>(result.fields.at(0)) == "line");
  const auto message = parse<LogMessage>(R"(@nix {"action":"msg","level":0,"msg":"a\nb"})");
  BOOST_TEST(message.level == 0U);
  BOOST_TEST(message.text == "a\nb");
}

BOOST_AUTO_TEST_CASE(what_is_not_understood_is_kept_as_text) {
  for (const char* line :
       {"", "plain", "@nix", "@nix ", "@nix []", "@nix {}", "@nix {\"action\":1}",
        R"(@nix {"action":"dance","id":1})", R"(@nix {"action":"stop"})",
        R"(@nix {"action":"stop","id":-1})", R"(@nix {"action":"stop","id":1.5})",
        R"(@nix {"action":"stop","id":"1"})",
        R"(@nix {"action":"result","id":1,"type":1,"fields":[null]})",
        R"(@nix {"action":"msg","level":0,"msg":null})", R"(x@nix {"action":"stop","id":1})",
        R"({"action":"stop","id":1})", "@nix {\"action\":\"stop\",\"id\":1} x"})
    BOOST_TEST(parse<PlainLine>(line).text == line);
}

BOOST_AUTO_TEST_CASE(cut_lines_are_text) {
  for (std::size_t length = 0; length < start.size(); ++length)
    BOOST_TEST(parse<PlainLine>(start.substr(0, length)).text == start.substr(0, length));
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_text) {
  const std::string deep = "@nix " + std::string(100'000, '[') + std::string(100'000, ']');
  BOOST_TEST(parse<PlainLine>(deep).text.size() == deep.size());
}

BOOST_AUTO_TEST_CASE(fields_are_bounded) {
  std::string line = R"(@nix {"action":"result","id":1,"type":101,"fields":[0)";
  for (int count = 0; count < 1000; ++count)
    line += ",0";
  BOOST_TEST(parse<ActivityResult>(line + "]}").fields.size() == 16U);
}

BOOST_AUTO_TEST_SUITE_END()
