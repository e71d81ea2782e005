#include "cache/cachix_login.hpp"
#include "cache/dhall.hpp"
#include "cache_fixture.hpp"
#include "support/files.hpp"

#include <filesystem>

using namespace nixbuild;
using namespace nixbuild::cache;
using testing::check_error;

namespace {

// As `cachix authtoken` and `cachix generate-keypair` write it.
const std::string pretty = R"({ authToken = "token-1"
, hostname = "https://cachix.org"
, binaryCaches =
  [ { name = "mine", secretKey = "a2V5" }
  , { name = "other", secretKey = "b3RoZXI=" }
  ]
}
)";

std::string text_of(std::string_view dhall) {
  const DhallValue value = parse_dhall(dhall, "file");
  BOOST_REQUIRE(value.text() != nullptr);
  return *value.text();
}

CachixLogin login(std::string_view text) {
  return parse_cachix_dhall(text, "cachix.dhall");
}

void check_corrupt(std::string_view text, const std::string& part = "file") {
  BOOST_TEST_CONTEXT(text)
  check_error([&] { (void)parse_dhall(text, "file"); }, ErrorKind::corrupt, part);
}

} // namespace

BOOST_AUTO_TEST_SUITE(dhall)

BOOST_AUTO_TEST_CASE(what_cachix_writes) {
  const CachixLogin read = login(pretty);
  BOOST_TEST(read.token == "token-1");
  BOOST_TEST(read.host == "https://cachix.org");
  BOOST_TEST(read.signing_key("mine") == "a2V5");
  BOOST_TEST(read.signing_key("other") == "b3RoZXI=");
  BOOST_TEST(read.signing_key("third").empty());
}

BOOST_AUTO_TEST_CASE(one_line_types_and_comments) {
  const CachixLogin read = login(
      "-- mine\n{ authToken = \"t\" {- {- nested -} -}, `hostname` = \"https://c.example/\", "
      "binaryCaches = [] : List { name : Text, secretKey : Text } } : { authToken : Text }\n");
  BOOST_TEST(read.token == "t");
  BOOST_TEST(read.host == "https://c.example");
  BOOST_TEST(read.signing_keys.empty());
}

BOOST_AUTO_TEST_CASE(fields_may_be_absent) {
  BOOST_TEST(login("{=}").token.empty());
  BOOST_TEST(login("{=}").host == "https://cachix.org");
  BOOST_TEST(login("{ binaryCaches = [ { name = \"x\" } ] }").signing_keys.empty());
  BOOST_TEST(login("{ authToken = \"t\", more = [ 1, +2, True, None Text, Some \"x\" ] }").token ==
             "t");
}

BOOST_AUTO_TEST_CASE(the_last_of_a_name_counts) {
  BOOST_TEST(login("{ binaryCaches = [ { name = \"x\", secretKey = \"1\" }, { name = \"x\", "
                   "secretKey = \"2\" } ] }")
                 .signing_key("x") == "2");
}

BOOST_AUTO_TEST_CASE(texts) {
  BOOST_TEST(text_of(R"("a\"b\\c\$d\/e\n\t\u0041\u{1F600}")") ==
             "a\"b\\c$d/e\n\tA\xF0\x9F\x98\x80");
  BOOST_TEST(text_of("''\n  one\n    two\n  ''") == "one\n  two\n");
  BOOST_TEST(text_of("''\nx''${y}'''z''") == "x${y}''z");
  BOOST_TEST(text_of("''\r\nx''") == "x");
  BOOST_TEST(text_of("( \"x\" : Text )") == "x");
}

BOOST_AUTO_TEST_CASE(nonsense) {
  for (const std::string_view text : {"",
                                      "{",
                                      "{ a }",
                                      "{ a = }",
                                      "{ a = \"x\"",
                                      "[ \"x\"",
                                      "\"x",
                                      "\"x\ny\"",
                                      "''x''",
                                      "\"\\q\"",
                                      "\"\\uD800\"",
                                      "\"\\u{}\"",
                                      "\"\\u12\"",
                                      "\"${env:HOME}\"",
                                      "''\n${x}''",
                                      "let x = 1 in x",
                                      "{ a = \"1\", a = \"2\" }",
                                      "\"x\" \"y\"",
                                      "{- x",
                                      "`x",
                                      "{ a = \"x\" ; }",
                                      "'x'"})
    check_corrupt(text);
  check_corrupt(std::string(100, '['), "deeply");
  check_corrupt(std::string(std::size_t{2} << 20U, ' '), "large");
}

BOOST_AUTO_TEST_CASE(errors_name_the_line_and_no_secret) {
  try {
    (void)login("{ authToken = \"very-secret\"\n, hostname = \"${x}\" }");
    BOOST_TEST(false);
  } catch (const Error& error) {
    BOOST_TEST(error.message().contains("line 2"));
    BOOST_TEST(!error.message().contains("secret"));
  }
  check_error([] { (void)login("{ authToken = \"two words\" }"); }, ErrorKind::corrupt,
              "authToken");
  check_error([] { (void)login("[ \"x\" ]"); }, ErrorKind::corrupt, "no record");
}

BOOST_AUTO_TEST_CASE(cut_at_every_byte) {
  for (std::size_t size = 0; size + 2 < pretty.size(); ++size)
    check_corrupt(std::string_view(pretty).substr(0, size));
}

BOOST_AUTO_TEST_CASE(the_environment_wins) {
  const TempDir home;
  std::filesystem::create_directories(home.path() / ".config/cachix");
  write_file_atomically(home.path() / ".config/cachix/cachix.dhall", pretty);
  std::map<std::string, std::string> variables{{"HOME", home.path().string()}};
  BOOST_TEST(cachix_login(Environment(variables)).token == "token-1");
  variables["CACHIX_AUTH_TOKEN"] = "token-2";
  variables["CACHIX_SIGNING_KEY"] = "c2lnbg==";
  BOOST_TEST(cachix_login(Environment(variables)).token == "token-2");
  BOOST_TEST(cachix_login(Environment(variables)).signing_key("mine") == "c2lnbg==");
  variables["CACHIX_AUTH_TOKEN"] = "token\n";
  check_error([&] { (void)cachix_login(Environment(variables)); }, ErrorKind::corrupt,
              "CACHIX_AUTH_TOKEN");
  variables = {{"XDG_CONFIG_HOME", "/nonexistent"}};
  BOOST_TEST(cachix_login(Environment(variables)).token.empty());
}

BOOST_AUTO_TEST_SUITE_END()
