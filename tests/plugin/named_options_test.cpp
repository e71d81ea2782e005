#include "plugin/build_options.hpp"
#include "plugin/named_options.hpp"
#include "support/error.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::plugin;

namespace {

const OptionTable table = build_options();

ParsedOptions parse(std::string_view text) {
  return parse_named_options(table, boost::json::parse(text).as_object());
}

void check_refused(std::string_view text, std::string_view word) {
  BOOST_CHECK_EXCEPTION((void)parse(text), Error, [&](const Error& error) {
    const std::string told = error.message() + error.hint();
    BOOST_TEST_MESSAGE(told);
    return error.kind() == ErrorKind::invalid_input && told.contains(word);
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(named_options)

BOOST_AUTO_TEST_CASE(mean_what_the_command_line_means) {
  const ParsedOptions options =
      parse(R"({"installable": ".#image", "tag": ["a:1", "b:2"], "impure": true, "offline": "false",
                "max-jobs": 4, "argstr": {"name": "value", "other": "text"}})");
  BOOST_TEST(options.words == std::vector<std::string>{".#image"},
             boost::test_tools::per_element());
  BOOST_TEST(options.is_on("impure"));
  BOOST_TEST(options.was_given("offline"));
  BOOST_TEST(!options.is_on("offline"));
  BOOST_TEST(options.value("max-jobs").value_or("") == "4");
  BOOST_REQUIRE_EQUAL(options.all("tag").size(), 2U);
  BOOST_TEST(options.all("tag")[1].front() == "b:2");
  BOOST_REQUIRE_EQUAL(options.all("argstr").size(), 2U);
  BOOST_TEST(options.all("argstr")[0] == (std::vector<std::string>{"name", "value"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(refusals_name_the_key) {
  check_refused(R"({"plattform": "linux/arm64"})", "did you mean \"platform\"?");
  check_refused(R"({"help": true})", "unknown option \"help\"");
  check_refused(R"({"impure": "perhaps"})", "\"impure\" is neither true nor false");
  check_refused(R"({"max-jobs": ["1", "2"]})", "\"max-jobs\" takes one value");
  check_refused(R"({"tag": {"a": "b"}})", "\"tag\" needs a text");
  check_refused(R"({"tag": [["a"]]})", "\"tag\" needs a text");
  check_refused(R"({"argstr": "name=value"})", "\"argstr\" needs an object");
  check_refused(R"({"installable": null})", "\"installable\" needs a text");
}

BOOST_AUTO_TEST_SUITE_END()
