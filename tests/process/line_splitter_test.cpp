#include "process/line_splitter.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using nixbuild::process::LineSplitter;

namespace {

std::vector<std::string> split(const std::vector<std::string>& parts) {
  std::vector<std::string> lines;
  const auto keep = [&](std::string_view line) { lines.emplace_back(line); };
  LineSplitter splitter;
  for (const std::string& part : parts)
    splitter.feed(part, keep);
  splitter.finish(keep);
  return lines;
}

} // namespace

BOOST_AUTO_TEST_SUITE(line_splitter)

BOOST_AUTO_TEST_CASE(lines_do_not_depend_on_where_the_input_is_cut) {
  const std::string text = "one\r\n\ntwo\nlast";
  const std::vector<std::string> expected{"one", "", "two", "last"};
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    BOOST_TEST(split({text.substr(0, cut), text.substr(cut)}) == expected, "cut at " << cut);
}

BOOST_AUTO_TEST_CASE(no_line_after_the_last_line_end) {
  BOOST_TEST(split({"a\n"}) == std::vector<std::string>{"a"});
  BOOST_TEST(split({}).empty());
}

BOOST_AUTO_TEST_CASE(an_endless_line_comes_in_pieces) {
  const std::string piece(LineSplitter::longest, 'x');
  BOOST_TEST(
      (split({piece + piece + "y\nz\n"}) == std::vector<std::string>{piece, piece, "y", "z"}));
}

BOOST_AUTO_TEST_CASE(a_line_of_exactly_the_limit_is_one_line) {
  const std::string piece(LineSplitter::longest, 'x');
  BOOST_TEST((split({piece + "\nz\n"}) == std::vector<std::string>{piece, "z"}));
  BOOST_TEST((split({piece, "\n", "\nz\n"}) == std::vector<std::string>{piece, "", "z"}));
}

BOOST_AUTO_TEST_SUITE_END()
