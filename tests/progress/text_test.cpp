#include "progress/text.hpp"

#include <boost/test/unit_test.hpp>

using nixbuild::progress::columns_of;
using nixbuild::progress::fit;
using nixbuild::progress::printable;
using nixbuild::progress::valid_utf8;

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(printable_drops_what_would_move_the_cursor) {
  BOOST_TEST(printable("plain") == "plain");
  BOOST_TEST(printable("\x1B[31mred\x1B[0m\x1B[2J") == "red");
  BOOST_TEST(printable("\x1B]0;title\a.\x1B]8;;http://x\x1B\\link") == ".link");
  BOOST_TEST(printable("a\tb\x07\x08") == "a b");
  BOOST_TEST(printable("one\ntwo") == "onetwo");
  BOOST_TEST(printable("\xC2\x9B"
                       "31mx") == "31mx"); // CSI as one character of C1
  BOOST_TEST(printable("a\xE2\x80\xAE"
                       "b") == "ab"); // right-to-left override
}

BOOST_AUTO_TEST_CASE(printable_survives_cut_sequences) {
  for (const auto* text : {"\x1B", "\x1B[", "\x1B[3", "\x1B]", "\x1B]0;x", "\x1B]0;x\x1B"})
    BOOST_TEST(printable(text) == "");
}

BOOST_AUTO_TEST_CASE(printable_keeps_what_carriage_return_left) {
  BOOST_TEST(printable("10%\r50%\r100%") == "100%");
  BOOST_TEST(printable("done\r\n") == "done");
}

BOOST_AUTO_TEST_CASE(bad_utf8_is_replaced) {
  BOOST_TEST(valid_utf8("a\xFF"
                        "b") == "a\xEF\xBF\xBD"
                                "b");
  BOOST_TEST(valid_utf8("\xC3") == "\xEF\xBF\xBD");                                 // cut
  BOOST_TEST(valid_utf8("\xC0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD");                 // overlong
  BOOST_TEST(valid_utf8("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"); // surrogate
  BOOST_TEST(valid_utf8("h\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80") ==
             "h\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
  BOOST_TEST(printable("\xFFx") == "\xEF\xBF\xBDx");
}

BOOST_AUTO_TEST_CASE(columns) {
  BOOST_TEST(columns_of("abc") == 3);
  BOOST_TEST(columns_of("\xC3\xA4") == 1);         // ä
  BOOST_TEST(columns_of("a\xCC\x88") == 1);        // a and a combining diaeresis
  BOOST_TEST(columns_of("\xE6\xBC\xA2") == 2);     // 漢
  BOOST_TEST(columns_of("\xF0\x9F\x98\x80") == 2); // an emoji
}

BOOST_AUTO_TEST_CASE(fitting) {
  BOOST_TEST(fit("abcdef", 6) == "abcdef");
  BOOST_TEST(fit("abcdefg", 6) == "abc...");
  BOOST_TEST(fit("abcdefg", 2) == "..");
  BOOST_TEST(fit("abcdefg", 0) == "");
  BOOST_TEST(fit("\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2", 5) == "\xE6\xBC\xA2...");
  for (int columns = 0; columns < 12; ++columns)
    BOOST_TEST(columns_of(fit("x\xE6\xBC\xA2\xE6\xBC\xA2yz\xE6\xBC\xA2", columns)) <= columns);
}

BOOST_AUTO_TEST_SUITE_END()
