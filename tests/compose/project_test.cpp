#include "compose/project.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::compose;

namespace {

// "service image options" of each service, one a line; a provider's image is "provider".
std::string told(std::string_view json) {
  std::string text;
  for (const NixService& service : parse_project(json).services)
    text += service.name + " " + (service.provider ? "provider" : service.image) + " " +
            service.options + "\n";
  return text;
}

void check_refused(std::string_view json, ErrorKind kind, std::string_view words) {
  BOOST_CHECK_EXCEPTION((void)parse_project(json), Error, [&](const Error& error) {
    BOOST_TEST_MESSAGE(error.message());
    return error.kind() == kind && error.message().contains(words);
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(project)

BOOST_AUTO_TEST_CASE(services_of_nix) {
  BOOST_TEST(parse_project(R"({"name": "shop"})").name == "shop");
  BOOST_TEST(told(R"({"name": "shop", "services": {
      "img": {"provider": {"type": "nixbuild", "options": {"installable": [".#i"]}}},
      "cloud": {"provider": {"type": "awesomecloud", "options": {"x": ["y"]}}},
      "bare": {"provider": {"type": "nixbuild"}},
      "web": {"image": "web:dev"},
      "app": {"image": "app:dev"},
      "job": {"image": "job:dev", "build": {"context": "."}},
      "plain": {"image": "alpine"}},
    "x-nixbuild": {"web": {"installable": ".#web", "impure": true}, "app": ".#app",
                   "job": {}, "inactive": {"installable": ".#n"}}})") ==
             "img provider {\"installable\":[\".#i\"]}\n"
             "bare provider {}\n"
             "web web:dev {\"installable\":\".#web\",\"impure\":true}\n"
             "app app:dev {\"installable\":\".#app\"}\n"
             "job job:dev {}\n");
}

BOOST_AUTO_TEST_CASE(a_project_without_nix) {
  BOOST_TEST(told(R"({"name": "a", "services": {"web": {"image": "x"}}})") == "");
  BOOST_TEST(told(R"({"services": null, "x-nixbuild": null})") == "");
}

BOOST_AUTO_TEST_CASE(refusals) {
  check_refused("", ErrorKind::corrupt, "Compose");
  check_refused("[]", ErrorKind::corrupt, "Compose");
  check_refused("{\"services\": {\"a\": 1}}", ErrorKind::corrupt, "a");
  check_refused(R"({"services": {"a": {"image": "x"}}, "x-nixbuild": {"a": 5}})",
                ErrorKind::invalid_input, "x-nixbuild.a");
  check_refused(R"({"services": {}, "x-nixbuild": ["a"]})", ErrorKind::invalid_input,
                "x-nixbuild is no object");
  check_refused(R"({"services": {"a": {"build": {}}}, "x-nixbuild": {"a": {}}})",
                ErrorKind::invalid_input, "service a has no name for its image");
}

BOOST_AUTO_TEST_CASE(bytes_cut_anywhere_are_refused) {
  const std::string whole =
      R"({"name": "a", "services": {"a": {"image": "x"}}, "x-nixbuild": {"a": {"impure": true}}})";
  for (std::size_t size = 0; size < whole.size(); ++size)
    BOOST_CHECK_THROW((void)parse_project(whole.substr(0, size)), Error);
}

BOOST_AUTO_TEST_SUITE_END()
