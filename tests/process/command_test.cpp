#include "process/command.hpp"

#include <boost/test/unit_test.hpp>

using nixbuild::process::Command;
using nixbuild::process::to_string;

BOOST_AUTO_TEST_SUITE(command)

BOOST_AUTO_TEST_CASE(plain_words_stay_plain) {
  BOOST_TEST(to_string(Command{.argv = {"nix", "--option", "a=b"}}) == "nix --option a=b");
}

BOOST_AUTO_TEST_CASE(special_words_are_quoted_for_a_shell) {
  BOOST_TEST(to_string(Command{.argv = {"nix", "eval", ".#x y", "it's", ""}}) ==
             R"(nix eval '.#x y' 'it'\''s' '')");
}

BOOST_AUTO_TEST_CASE(folder_and_environment_are_shown) {
  const Command command{
      .argv = {"ls"}, .directory = "/a b", .environment = {{"A", "1 2"}, {"B", std::nullopt}}};
  BOOST_TEST(to_string(command) == "cd '/a b' && env 'A=1 2' -u B ls");
}

BOOST_AUTO_TEST_SUITE_END()
