#include "plugin/build_options.hpp"
#include "plugin/builder_commands.hpp"
#include "plugin/fake_world.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::plugin;
using pipeline::BuilderState;
using testing::FakeWorld;

namespace {

pipeline::NewBuilder parsed(const std::vector<std::string>& arguments) {
  const OptionTable& table = find_command("builder create")->options;
  return parse_new_builder(parse_options(table, arguments, Until::end));
}

const BuilderState container{.builder = {.name = "big",
                                         .driver = builder::Driver::container,
                                         .context = "far",
                                         .endpoint = "tcp://far:2376",
                                         .current = true,
                                         .container = {.environment = {"TOKEN=secret"}}},
                             .status = "running",
                             .engine = engine::Facts{.platform = {"linux", "arm64", ""}},
                             .error = {},
                             .nix_version = "2.31.5"};
const BuilderState unreachable{
    .builder = {.name = "other-one", .driver = builder::Driver::ssh, .context = "near"},
    .status = "unreachable",
    .engine = {},
    .error = Error(ErrorKind::unavailable, "no engine answers"),
    .nix_version = {}};

} // namespace

BOOST_AUTO_TEST_SUITE(builders)

BOOST_AUTO_TEST_CASE(options_of_a_new_builder) {
  const auto wanted =
      parsed({"--name", "big", "--use", "--driver-opt", "image=me/nix:1", "--driver-opt=env.A=b=c",
              "--driver-opt", "socket=/run/user/1000/docker.sock", "--driver-opt=network=host"});
  BOOST_TEST(wanted.name.value() == "big");
  BOOST_TEST(wanted.use);
  BOOST_CHECK(wanted.driver == builder::Driver::container);
  BOOST_CHECK((wanted.container == builder::ContainerOptions{.image = "me/nix:1",
                                                             .socket = "/run/user/1000/docker.sock",
                                                             .network = "host",
                                                             .environment = {"A=b=c"}}));
}

BOOST_AUTO_TEST_CASE(options_that_are_none) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--driver-opt", "image"},
        {"--driver-opt", "env.=x"},
        {"--driver-opt", "speed=high"},
        {"--driver", "auto"},
        {"--driver", "magic"},
        {"--driver", "ssh", "--driver-opt", "image=x"}}) {
    BOOST_CHECK_EXCEPTION((void)parsed(arguments), Error, [](const Error& error) {
      return error.kind() == ErrorKind::invalid_input && !error.hint().empty();
    });
  }
}

BOOST_AUTO_TEST_CASE(list_is_a_table) {
  BOOST_TEST(builders_text({container, unreachable}) ==
             "NAME        DRIVER      CONTEXT   STATUS        PLATFORM\n"
             "big*        container   far       running       linux/arm64\n"
             "other-one   ssh         near      unreachable\n");
}

BOOST_AUTO_TEST_CASE(one_is_told_in_lines) {
  BOOST_TEST(builder_text(container) == "Name:      big\n"
                                        "Driver:    container\n"
                                        "Context:   far\n"
                                        "Endpoint:  tcp://far:2376\n"
                                        "Current:   yes\n"
                                        "Status:    running\n"
                                        "Platform:  linux/arm64\n"
                                        "Nix:       2.31.5\n"
                                        "Container: docker-nixbuild-big\n"
                                        "Volume:    docker-nixbuild-big\n"
                                        "Image:     nixos/nix:2.31.5\n"
                                        "Variable:  TOKEN\n");
}

BOOST_AUTO_TEST_CASE(values_of_variables_are_told_to_nobody) {
  BOOST_TEST(!builder_text(container).contains("secret"));
  BOOST_TEST(!builders_json({container}).contains("secret"));
}

BOOST_AUTO_TEST_CASE(group_without_a_command_shows_its_help) {
  FakeWorld world;
  BOOST_TEST(world.run({"nixbuild", "builder"}) == 0);
  BOOST_TEST(world.out.text.contains("builder create"));
  BOOST_TEST(world.run({"nixbuild", "builder", "make"}) == 1);
  BOOST_TEST(world.err.text.contains("unknown command: docker nixbuild builder make"));
  BOOST_TEST(world.run({"nixbuild", "help", "builder", "rm"}) == 0);
  BOOST_TEST(world.out.text.starts_with("Usage:  docker nixbuild builder rm [OPTIONS] NAME\n"));
  BOOST_TEST(world.run({"nixbuild", "builder", "rm"}) == 1);
}

BOOST_AUTO_TEST_CASE(name_reaches_the_pipeline_as_a_name_and_a_driver_as_a_driver) {
  FakeWorld world;
  BOOST_TEST(world.run({"nixbuild", "--builder", "big", "--builder-image=me/nix:1", "."}) == 0);
  BOOST_TEST(world.requests.back().builder_name.value() == "big");
  BOOST_CHECK(world.requests.back().builder == builder::Driver::automatic);
  BOOST_TEST(world.requests.back().builder_image == "me/nix:1");
  BOOST_TEST(world.run({"nixbuild", "--builder", "container", "."}) == 0);
  BOOST_TEST(!world.requests.back().builder_name.has_value());
  BOOST_CHECK(world.requests.back().builder == builder::Driver::container);
}

BOOST_AUTO_TEST_CASE(names_are_completed) {
  const TempDir home;
  FakeWorld world;
  world.variables["XDG_STATE_HOME"] = home.path();
  const builder::BuilderStore store(home.path() / "docker-nixbuild/builders");
  store.save({.name = "big", .context = "far"});
  BOOST_TEST(world.run({"__complete", "nixbuild", "--builder", ""}) == 0);
  BOOST_TEST(world.out.text == "auto\nhost\nssh\ncontainer\nbig\tfar\n:4\n");
  BOOST_TEST(world.run({"__complete", "nixbuild", "builder", "rm", ""}) == 0);
  BOOST_TEST(world.out.text == "big\tfar\n:4\n");
  BOOST_TEST(world.run({"__complete", "nixbuild", "builder", "i"}) == 0);
  BOOST_TEST(world.out.text == "inspect\tShow a builder\n:4\n");
}

BOOST_AUTO_TEST_SUITE_END()
