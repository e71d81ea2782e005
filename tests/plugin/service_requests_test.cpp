#include "plugin/service_options.hpp"
#include "plugin/service_requests.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace nixbuild;
using namespace nixbuild::plugin;

namespace fs = std::filesystem;

namespace {

compose::NixService service(std::string name, std::string image, std::string options) {
  return {.name = std::move(name), .image = std::move(image), .options = std::move(options)};
}

pipeline::BuildRequest request(const std::string& options, const fs::path& folder = "/srv/shop",
                               const context::GlobalFlags& docker = {}) {
  return service_request(service("s", "s:1", options), folder, docker, Environment());
}

std::string installable(const std::string& text, const fs::path& folder = "/srv/shop") {
  return request("{\"installable\": \"" + text + "\"}", folder).installable;
}

void check_refused(const std::vector<compose::NixService>& services, std::string_view words) {
  BOOST_CHECK_EXCEPTION((void)service_requests(services, "/srv", {}, Environment()), Error,
                        [&](const Error& error) {
                          std::string told = error.message() + error.hint();
                          for (const std::string& frame : error.frames())
                            told += frame;
                          BOOST_TEST_MESSAGE(told);
                          return error.kind() == ErrorKind::invalid_input && told.contains(words);
                        });
}

} // namespace

BOOST_AUTO_TEST_SUITE(service_requests_of)

BOOST_AUTO_TEST_CASE(relative_paths_start_at_the_project) {
  BOOST_TEST(installable(".#web") == "/srv/shop#web");
  BOOST_TEST(installable(".") == "/srv/shop");
  BOOST_TEST(installable("#web") == "/srv/shop#web");
  BOOST_TEST(installable("../lib#web") == "/srv/lib#web");
  BOOST_TEST(installable(".?dir=sub#web") == "/srv/shop?dir=sub#web");
  BOOST_TEST(installable("path:./sub#web") == "path:/srv/shop/sub#web");
  BOOST_TEST(installable("./result") == "/srv/shop/result");
  BOOST_TEST(installable("nixpkgs#hello") == "nixpkgs#hello");
  BOOST_TEST(installable("github:me/x#web") == "github:me/x#web");
  BOOST_TEST(installable("/abs#web") == "/abs#web");
  BOOST_TEST(installable(".#web", fs::current_path()) == ".#web");
  BOOST_TEST(request("{}").installable == "/srv/shop");
  const auto of_file = request(R"({"file": "default.nix", "installable": "image",
                                   "override-input": {"lib": "./lib", "nixpkgs": "nixpkgs"}})");
  BOOST_TEST(of_file.nix.file.value_or("") == "/srv/shop/default.nix");
  BOOST_TEST(of_file.installable == "image");
  BOOST_TEST(of_file.nix.override_inputs.at(0).second == "/srv/shop/lib");
  BOOST_TEST(of_file.nix.override_inputs.at(1).second == "nixpkgs");
}

BOOST_AUTO_TEST_CASE(lists_of_texts_as_providers_have_them) {
  const auto one = request(R"({"installable": [".#a"], "impure": ["true"], "tag": ["b:1", "c:1"],
                               "argstr": ["x=1", "y=a=b"], "max-jobs": ["3"]})");
  BOOST_TEST(one.installable == "/srv/shop#a");
  BOOST_TEST(one.nix.impure);
  BOOST_TEST(one.nix.max_jobs.value_or("") == "3");
  BOOST_REQUIRE_EQUAL(one.nix.arg_strings.size(), 2U);
  BOOST_TEST(one.nix.arg_strings[1].second == "a=b");
  BOOST_REQUIRE_EQUAL(one.tags.size(), 3U);
  BOOST_TEST(one.tags[0].familiar() == "s:1"); // the service's own
}

BOOST_AUTO_TEST_CASE(docker_s_own_flags_choose_the_engine) {
  BOOST_TEST(request(R"({"context": "far"})").docker.context.value_or("") == "far");
  BOOST_TEST(
      request(R"({"context": "far"})", "/srv", {.context = "near"}).docker.context.value_or("") ==
      "near");
  BOOST_TEST(!request(R"({"context": "far"})", "/srv", {.hosts = {"unix:///s"}}).docker.context);
}

BOOST_AUTO_TEST_CASE(the_same_is_built_once) {
  const auto requests = service_requests({service("a", "a:1", R"({"installable": ".#x"})"),
                                          service("b", "b:1", R"({"installable": [".#x"]})"),
                                          service("c", "c:1", R"({"installable": ".#y"})"),
                                          service("d", "a:1", R"({"installable": ".#x"})")},
                                         "/srv", {}, Environment());
  BOOST_REQUIRE_EQUAL(requests.size(), 2U);
  BOOST_TEST(requests[0].name == "a");
  BOOST_REQUIRE_EQUAL(requests[0].request.tags.size(), 2U);
  BOOST_TEST(requests[0].request.tags[1].familiar() == "b:1");
  BOOST_TEST(requests[1].name == "c");
}

BOOST_AUTO_TEST_CASE(refusals_name_the_service) {
  check_refused({service("a", "x:1", R"({"installable": ".#x"})"),
                 service("b", "y:1", R"({"installable": ".#y", "tag": "x:1"})")},
                "services a and b build different images of the name x:1");
  check_refused({service("a", "x:1", R"({"instalable": ".#x"})")},
                "did you mean \"installable\"?reading the options of the service a");
  check_refused({service("a", "X:1", "{}")}, "image \"X:1\"");
  check_refused({service("a", "x", R"({"push": true})")}, "unknown option \"push\"");
  check_refused({service("a", "x", R"({"argstr": ["x"]})")}, "needs NAME=VALUE");
  check_refused({service("a", "x", R"({"tag": "B:c"})")}, "invalid tag");
}

BOOST_AUTO_TEST_SUITE_END()
