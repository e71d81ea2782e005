#include "engine/json_messages.hpp"
#include "support/error.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace nixbuild;
using engine::JsonMessages;
using Texts = std::vector<std::string>;

namespace {

// The messages in `pieces`, each as JSON text again.
Texts read(const std::vector<std::string_view>& pieces) {
  Texts texts;
  JsonMessages messages(
      [&](const boost::json::value& value) { texts.push_back(boost::json::serialize(value)); });
  for (const std::string_view piece : pieces)
    messages.feed(piece);
  messages.finish();
  return texts;
}

void check_in_every_way(std::string_view text, const Texts& expected) {
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bytes.push_back(text.substr(i, 1));
    BOOST_TEST_CONTEXT("cut at " << i) {
      BOOST_CHECK(read({text.substr(0, i), text.substr(i)}) == expected);
    }
  }
  BOOST_CHECK(read(bytes) == expected);
  BOOST_CHECK(read({text}) == expected);
}

void check_corrupt(const std::vector<std::string_view>& pieces) {
  BOOST_CHECK_EXCEPTION((void)read(pieces), Error,
                        [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_messages)

BOOST_AUTO_TEST_CASE(objects_separated_by_anything_or_nothing) {
  check_in_every_way("{\"a\":1}\r\n{\"b\":{\"c\":\"\\u00e4}{\"}}\n\n{}{\"d\":[]}\r\n",
                     {R"({"a":1})", "{\"b\":{\"c\":\"\xc3\xa4}{\"}}", "{}", R"({"d":[]})"});
  check_in_every_way("", {});
  check_in_every_way(" \r\n\t ", {});
  check_in_every_way(R"({"a":1})", {R"({"a":1})"});
}

BOOST_AUTO_TEST_CASE(stream_that_ends_inside_a_message) {
  const std::string_view text = "{\"a\":{\"b\":\"c\"}}";
  for (std::size_t size = 1; size < text.size(); ++size)
    check_corrupt({text.substr(0, size)});
}

BOOST_AUTO_TEST_CASE(what_is_no_json) {
  for (const std::string_view text : {"<html>", "{'a':1}", "}", "{\"a\":1},", "{\"a\" 1}",
                                      "{\"a\":\"\xff\"}", "{\"a\":1}x", "\x01"}) {
    BOOST_TEST_CONTEXT(text) {
      check_corrupt({text});
    }
  }
}

BOOST_AUTO_TEST_CASE(depth_is_bounded) {
  BOOST_CHECK_NO_THROW((void)read({std::string(30, '[') + std::string(30, ']')}));
  check_corrupt({std::string(10'000, '[')});
  std::string objects;
  for (int i = 0; i < 10'000; ++i)
    objects += "{\"a\":";
  check_corrupt({objects});
}

BOOST_AUTO_TEST_CASE(size_of_a_message_is_bounded_but_not_their_number) {
  const std::string small = "{\"a\":\"" + std::string(1000, 'x') + "\"}\r\n";
  std::string many;
  for (int i = 0; i < 3000; ++i)
    many += small;
  BOOST_TEST(read({many}).size() == 3000U);
  const std::string piece(10'000, 'x');
  std::vector<std::string_view> endless{"{\"a\":\""};
  endless.insert(endless.end(), 200, piece);
  check_corrupt(endless);
}

BOOST_AUTO_TEST_CASE(handler_may_throw) {
  JsonMessages messages(
      [](const boost::json::value&) { throw Error(ErrorKind::failed, "enough"); });
  BOOST_CHECK_EXCEPTION(messages.feed("{}"), Error,
                        [](const Error& error) { return error.message() == "enough"; });
}

BOOST_AUTO_TEST_SUITE_END()
