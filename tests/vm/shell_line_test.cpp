#include "process/runner.hpp"
#include "vm/shell_line.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;

BOOST_AUTO_TEST_SUITE(shell_line)

BOOST_AUTO_TEST_CASE(words_arrive_as_they_are) {
  const auto runner = process::system_runner();
  const std::vector<std::string> words{
      "a b", "$HOME `id` $(id)", "'\"'\"", "\\0041 \\n %s !x", "*?[a]{b}", "", "ünï",
      "-n",  "two\nlines"};
  std::vector<std::string> argv{"printf", "<%s>"};
  argv.insert(argv.end(), words.begin(), words.end());
  const auto ended =
      process::capture(*runner, {.argv = {"sh", "-c", vm::shell_line(argv)}}, CancelToken());
  std::string expected;
  for (const std::string& word : words)
    expected += "<" + word + ">";
  BOOST_TEST(ended.out == expected);
  BOOST_TEST(ended.status.success());
}

BOOST_AUTO_TEST_CASE(no_shell_finds_anything_of_its_own_in_it) {
  const std::string line = vm::shell_line({"it's", "a\nline", "!!", "$x"});
  BOOST_TEST(line.starts_with("exec sh -c '"));
  BOOST_TEST(line.find('\'', 12) == line.size() - 1); // csh and fish, too, end it there
  BOOST_TEST(!line.contains('!'));
  BOOST_TEST(!line.contains('\n'));
}

BOOST_AUTO_TEST_CASE(exit_status_is_the_commands) {
  const auto runner = process::system_runner();
  const auto ended = process::capture(
      *runner, {.argv = {"sh", "-c", vm::shell_line({"sh", "-c", "exit 7"})}}, CancelToken());
  BOOST_TEST(ended.status.code == 7);
}

BOOST_AUTO_TEST_SUITE_END()
