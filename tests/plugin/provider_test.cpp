#include "plugin/fake_world.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <set>
#include <sstream>

using namespace nixbuild;
using namespace nixbuild::plugin;
using testing::FakeWorld;
using Words = std::vector<std::string>;

namespace json = boost::json;

namespace {

struct ProviderWorld : FakeWorld {
  ProviderWorld() { variables.erase("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND"); }
  int call(Words arguments) {
    arguments.insert(arguments.begin(), "compose");
    requests.clear();
    return run(arguments);
  }
  // All that was printed; fails where it is not JSON.
  [[nodiscard]] std::vector<json::object> messages() const {
    std::vector<json::object> list;
    std::istringstream lines(out.text);
    for (std::string line; std::getline(lines, line);)
      list.push_back(json::parse(line).as_object());
    return list;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(provider)

BOOST_AUTO_TEST_CASE(metadata_lists_every_option_for_up_and_down) {
  ProviderWorld world;
  BOOST_TEST(world.call({"metadata"}) == 0);
  const json::object told = world.messages().at(0);
  BOOST_TEST(!told.at("description").as_string().empty());
  BOOST_TEST(!told.contains("stop"));
  for (const char* verb : {"up", "down"}) {
    std::set<std::string> names;
    for (const json::value& one : told.at(verb).at("parameters").as_array()) {
      names.insert(std::string(one.at("name").as_string()));
      BOOST_TEST(!one.at("required").as_bool());
      BOOST_TEST((!one.as_object().contains("default") || one.at("default").is_string()));
    }
    for (const char* name : {"installable", "tag", "context", "builder", "argstr", "impure"})
      BOOST_TEST(names.contains(name), name);
    BOOST_TEST(!names.contains("push"));
  }
}

BOOST_AUTO_TEST_CASE(options_in_any_order_and_spelling) {
  ProviderWorld world;
  world.loads({});
  const std::vector<Words> calls{
      {"--project-name=p", "up", "--installable=github:a/b#x", "--impure=true", "--argstr=n=v",
       "img"},
      {"--project-name", "p", "up", "--argstr", "n=v", "--impure", "--installable", "github:a/b#x",
       "img"},
      {"--project-name=p", "up", "--impure=1", "--installable=github:a/b#x", "--argstr=n=v", "img"},
  };
  for (const Words& arguments : calls) {
    BOOST_TEST(world.call(arguments) == 0, world.out.text);
    BOOST_REQUIRE_EQUAL(world.requests.size(), 1U);
    BOOST_TEST(world.requests[0].installable == "github:a/b#x");
    BOOST_TEST(world.requests[0].nix.impure);
    BOOST_TEST(world.requests[0].nix.arg_strings.at(0).second == "v");
    BOOST_TEST(world.messages().at(0).at("type").as_string() == "info");
  }
}

BOOST_AUTO_TEST_CASE(compose_s_own_command_line_tells_engine_and_project) {
  ProviderWorld world;
  world.loads({});
  const auto request_of = [&](Words parent) {
    world.parent = std::move(parent);
    BOOST_TEST(world.call({"--project-name=p", "up", "--installable=.#x", "--context=far", "i"}) ==
               0);
    const pipeline::BuildRequest& request = world.requests.at(0);
    return request.installable + " " + request.docker.context.value_or("");
  };
  BOOST_TEST(request_of({"/x/docker-compose", "--context", "near", "compose", "-f", "/s/c.yaml",
                         "up"}) == "/s#x near");
  BOOST_TEST(request_of({"docker-compose", "--project-directory=/s", "up"}) == "/s#x far");
  BOOST_TEST(request_of({"/x/docker-compose", "--dry-run"}) == ".#x far");
  BOOST_TEST(request_of({"sh", "--context", "near", "compose", "-f", "/s/c.yaml"}) == ".#x far");
  BOOST_TEST(request_of({}) == ".#x far");
}

BOOST_AUTO_TEST_CASE(what_was_built_a_moment_ago_is_not_built_again) {
  ProviderWorld world;
  world.variables["NIXBUILD_COMPOSE_BUILT"] = "p/web,p/img";
  BOOST_TEST(world.call({"--project-name=p", "up", "--installable=.#x", "img"}) == 0);
  BOOST_TEST(world.requests.empty());
  BOOST_TEST(world.out.text == "");
  BOOST_TEST(world.call({"--project-name=other", "up", "--installable=.#x", "img"}) == 0);
  BOOST_TEST(world.requests.size() == 1U);
  BOOST_TEST(world.call({"--project-name=p", "up", "--installable=.#x", "im"}) == 0);
  BOOST_TEST(world.requests.size() == 1U);
}

BOOST_AUTO_TEST_CASE(errors_are_json_too) {
  ProviderWorld world;
  BOOST_TEST(world.call({"--project-name=p", "up", "--imag=x", "img"}) == 1);
  BOOST_TEST(world.messages().at(0).at("type").as_string() == "error");
  const std::string told(world.messages().at(0).at("message").as_string());
  BOOST_TEST(told.contains("unknown option \"imag\""));
  world.on_build = [](pipeline::World&) -> pipeline::BuildReport {
    throw Error(ErrorKind::failed, "cannot build x").with_detail("line 1\nline 2");
  };
  BOOST_TEST(world.call({"--project-name=p", "up", "img"}) == 1);
  BOOST_TEST(world.messages().at(0).at("message").as_string() == "cannot build x\nline 1\nline 2");
  BOOST_TEST(world.err.text == "");
}

BOOST_AUTO_TEST_CASE(the_end_of_a_project_leaves_images_alone) {
  ProviderWorld world;
  for (const char* verb : {"down", "stop"}) {
    BOOST_TEST(world.call({"--project-name=p", verb, "--imag=x", "img"}) == 0);
    BOOST_TEST(world.out.text == "");
  }
  BOOST_TEST(world.requests.empty());
}

BOOST_AUTO_TEST_CASE(people_are_no_provider_s_caller) {
  ProviderWorld world;
  BOOST_TEST(world.call({"-p", "p", "ps"}) == 0);
  BOOST_TEST(world.handed_over.has_value());
  world.handed_over.reset();
  world.variables["DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND"] = "docker";
  BOOST_TEST(world.run({"nixbuild", "compose", "--project-name=p", "down", "img"}) == 0);
  BOOST_TEST(world.handed_over.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
