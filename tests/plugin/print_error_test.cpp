#include "plugin/print_error.hpp"

#include <boost/test/unit_test.hpp>

using nixbuild::Error;
using nixbuild::ErrorKind;
using nixbuild::plugin::error_text;

BOOST_AUTO_TEST_SUITE(print_error)

BOOST_AUTO_TEST_CASE(message_alone) {
  BOOST_TEST(error_text({ErrorKind::io, "it failed"}) == "ERROR: it failed\n");
}

BOOST_AUTO_TEST_CASE(everything) {
  Error error = Error(ErrorKind::failed, "cannot build x")
                    .with_detail("error: first\n\n  second\n\n")
                    .with_hint("do this\nor that");
  error.add_frame("reading y");
  error.add_frame("loading z");
  BOOST_TEST(error_text(error) == "ERROR: cannot build x\n"
                                  "  while reading y\n"
                                  "  while loading z\n"
                                  "  | error: first\n"
                                  "  |\n"
                                  "  |   second\n"
                                  "  do this\n"
                                  "  or that\n");
}

BOOST_AUTO_TEST_CASE(others_words_cannot_play_with_the_terminal) {
  const Error error = Error(ErrorKind::refused, "a\x1B[2J").with_detail("\x1B]0;t\ab\r\n\x07");
  BOOST_TEST(error_text(error) == "ERROR: a\n  | b\n  |\n");
}

BOOST_AUTO_TEST_SUITE_END()
