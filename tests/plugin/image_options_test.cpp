#include "plugin/build_options.hpp"
#include "plugin/image_options.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::plugin;
using nixbuild::Environment;
using nixbuild::Error;
using nixbuild::image::ClosureImageOptions;

namespace {

using Strings = std::vector<std::string>;

ClosureImageOptions parse(const Strings& arguments,
                          const std::map<std::string, std::string>& variables = {}) {
  static const OptionTable table = build_options();
  return image_options_of(parse_options(table, arguments, Until::end), Environment(variables));
}

struct Refusal {
  std::string message;
  int exit_code = 0;
};

Refusal refusal(const Strings& arguments) {
  try {
    (void)parse(arguments);
  } catch (const Error& error) {
    return {error.message(), nixbuild::exit_code(error.kind())};
  }
  return {"accepted"};
}

} // namespace

BOOST_AUTO_TEST_SUITE(image_options)

BOOST_AUTO_TEST_CASE(nothing_given) {
  const ClosureImageOptions options = parse({});
  BOOST_TEST(!options.name.has_value());
  BOOST_TEST(!options.entrypoint.has_value());
  BOOST_TEST(!options.cmd.has_value());
  BOOST_TEST(options.env.empty());
  BOOST_TEST(options.max_layers == 100U);
}

BOOST_AUTO_TEST_CASE(everything) {
  const ClosureImageOptions options =
      parse({"--name",       "me/app:1", "--entrypoint", "[\"/bin/a b\"]",
             "--cmd",        "x -y",     "--env",        "A=1",
             "--env=B=",     "--user",   "web:web",      "--workdir",
             "/srv",         "--expose", "80",           "--expose=53/udp",
             "--label",      "a=b=c",    "--label",      "flag",
             "--max-layers", "7"});
  BOOST_TEST(options.name.value() == "me/app:1");
  BOOST_TEST(options.entrypoint.value() == Strings{"/bin/a b"}, boost::test_tools::per_element());
  BOOST_TEST(options.cmd.value() == (Strings{"x", "-y"}), boost::test_tools::per_element());
  BOOST_TEST(options.env == (Strings{"A=1", "B="}), boost::test_tools::per_element());
  BOOST_TEST(options.user == "web:web");
  BOOST_TEST(options.workdir == "/srv");
  BOOST_TEST(options.exposed_ports == (Strings{"80", "53/udp"}), boost::test_tools::per_element());
  BOOST_TEST(options.labels.at("a") == "b=c");
  BOOST_TEST(options.labels.at("flag") == "");
  BOOST_TEST(options.max_layers == 7U);
}

BOOST_AUTO_TEST_CASE(empty_entrypoint_is_one) {
  BOOST_TEST(parse({"--entrypoint", ""}).entrypoint.value().empty());
}

BOOST_AUTO_TEST_CASE(variables_of_the_environment) {
  const auto options = parse({"--env", "SET", "--env", "EMPTY", "--env", "UNSET"},
                             {{"SET", "a b"}, {"EMPTY", ""}, {"OTHER", "x"}});
  BOOST_TEST(options.env == (Strings{"SET=a b", "EMPTY="}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nonsense_is_named) {
  BOOST_TEST(refusal({"--cmd", "sh -c 'a'"}).message.starts_with("--cmd \"sh -c 'a'\" has quotes"));
  BOOST_TEST(refusal({"--entrypoint", "[1]"}).message.starts_with("--entrypoint \"[1]\" is not"));
  BOOST_TEST(refusal({"--env", "=x"}).message.starts_with("--env \"=x\" is not"));
  BOOST_TEST(refusal({"--env", ""}).message.starts_with("--env \"\" is not"));
  BOOST_TEST(refusal({"--label", "=x"}).message.starts_with("--label \"=x\" is not"));
  BOOST_TEST(refusal({"--expose", "http"}).message.starts_with("--expose \"http\" is not"));
  BOOST_TEST(refusal({"--workdir", "srv"}).message.starts_with("--workdir \"srv\" is not"));
  BOOST_TEST(refusal({"--max-layers", "1"}).message.starts_with("--max-layers \"1\" is not"));
  BOOST_TEST(refusal({"--name", "Not A Name"}).message.starts_with("\"Not A Name\" is no image"));
  BOOST_TEST(refusal({"--name", "Not A Name"}).exit_code == 1);
}

BOOST_AUTO_TEST_CASE(number_that_is_none_is_grammar) {
  for (const std::string text : {"many", "-3", "", "7x", "99999999999999999999"})
    BOOST_TEST(refusal({"--max-layers", text}).exit_code == 125);
}

BOOST_AUTO_TEST_SUITE_END()
