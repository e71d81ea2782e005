#include "image/go_regex.hpp"
#include "support/error.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <vector>

using nixbuild::Error;
using nixbuild::image::GoRegex;

namespace {

struct Replacement {
  std::string regex;
  std::string text;
  std::string replacement;
  std::string result;
};

std::ostream& operator<<(std::ostream& out, const Replacement& r) {
  return out << '\'' << r.regex << "' in '" << r.text << "' by '" << r.replacement << '\'';
}

// What regexp.ReplaceAll of Go 1.19 makes of them.
const std::vector<Replacement> replacements{
    {"^/nix/store/a", "/nix/store/a/bin", "", "/bin"},
    {"(a)(b)?", "xaby", "[$1$2$3]", "x[ab]y"},
    {"(a)(b)?", "xacy", "[$1$2]", "x[a]cy"},
    {"a*", "baac", "-", "-b-c-"},
    {"", "a\u00e9", "-", "-a-\u00e9-"},
    {"(?P<n>x+)", "axxb", "${n}1$n1$$${n", "axx1$${nb"},
    {"x", "axb", "$", "a$b"},
    {"(x)", "axb", "$01-$1\u00e9", "a-b"},
    {"a|", "baab", "<$0>", "<>b<a><a>b<>"},
    {"\u00e9", "a\u00e9\u00e9\xff\u00e9", "e",
     "aee\xff"
     "e"},
    {"$", "ab", "!", "ab!"},
    {"^", "ab", "!", "!ab"},
    {"b", "abc", "${1", "a${1c"},
    {"(b)", "abc", "$1x$2147483648", "ac"},
    {".", "\xff\xfe", "_", "__"},
    {"(.)/", "\u00e9\xff/a", "<$1>", "\u00e9<\xff>a"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(go_regex)

BOOST_DATA_TEST_CASE(replaces_as_go_does, replacements, r) {
  BOOST_TEST(GoRegex(r.regex).replace_all(r.text, r.replacement) == r.result);
}

BOOST_AUTO_TEST_CASE(matches_anywhere) {
  BOOST_TEST(GoRegex("b.d").matches("abcde"));
  BOOST_TEST(!GoRegex("^b").matches("abcde"));
  BOOST_TEST(GoRegex("").matches("abcde"));
}

BOOST_AUTO_TEST_CASE(bad_expression_is_named) {
  BOOST_CHECK_EXCEPTION(GoRegex("/nix/store/libstdc++/("), Error, [](const Error& error) {
    return error.kind() == nixbuild::ErrorKind::invalid_input &&
           error.message().find("'/nix/store/libstdc++/('") != std::string::npos &&
           error.message().find("++") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(expression_that_takes_too_much_memory_is_refused) {
  BOOST_CHECK_THROW(GoRegex("((((a{100}){100}){100}){100})"), Error);
}

BOOST_AUTO_TEST_SUITE_END()
