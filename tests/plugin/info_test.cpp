#include "fakes/fake_engine.hpp"
#include "plugin/fake_world.hpp"
#include "plugin/info_command.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace nixbuild::plugin;
using nixbuild::Error;
using nixbuild::ErrorKind;

namespace {

Info some_info() {
  Info info;
  info.context.name = "colima";
  info.context.origin = nixbuild::context::Origin::config_file;
  info.context.endpoint.host = "unix:///home/a/.colima/docker.sock";
  info.machine = {.kind = nixbuild::context::MachineKind::colima,
                  .name = "work",
                  .reason = "of its socket",
                  .lima_instance = {}};
  info.engine = nixbuild::engine::Facts{.product = "Docker Engine",
                                        .version = "28.5.2",
                                        .api = {.major_number = 1, .minor_number = 51},
                                        .platform = {"linux", "arm64", ""},
                                        .store = nixbuild::engine::ImageStore::graph_driver,
                                        .driver = "overlay2",
                                        .id = "abc",
                                        .host_name = "colima"};
  info.nix_program = "/bin/nix";
  info.nix_version = "2.34.8";
  return info;
}

} // namespace

BOOST_AUTO_TEST_SUITE(info)

BOOST_AUTO_TEST_CASE(for_people) {
  const std::string text = info_text(some_info());
  BOOST_TEST(text.contains("Context:     colima (from "));
  BOOST_TEST(text.contains("Endpoint:    unix:///home/a/.colima/docker.sock\n"
                           "Machine:     Colima 'work' (of its socket)\n"
                           "Engine:      Docker Engine 28.5.2 (API 1.51)\n"
                           "Image store: overlay2 (graph driver)\n"
                           "Platform:    linux/arm64\n"
                           "Nix:         2.34.8 (/bin/nix)\n"));
}

BOOST_AUTO_TEST_CASE(for_programs) {
  const std::string text = info_json(some_info());
  BOOST_TEST(text.ends_with("}\n"));
  const auto object = boost::json::parse(text);
  BOOST_TEST(object.at("context").at("name").as_string() == "colima");
  BOOST_TEST(object.at("machine").at("kind").as_string() == "Colima");
  BOOST_TEST(object.at("machine").at("name").as_string() == "work");
  BOOST_TEST(object.at("engine").at("imageStore").as_string() == "graph driver");
  BOOST_TEST(object.at("engine").at("platform").as_string() == "linux/arm64");
  BOOST_TEST(object.at("nix").at("version").as_string() == "2.34.8");
}

BOOST_AUTO_TEST_CASE(builder_that_would_be_chosen) {
  using nixbuild::builder::Driver;
  Info info = some_info();
  info.builder = {.driver = Driver::ssh, .ssh = nixbuild::builder::Way{.peer = "Colima work"}};
  BOOST_TEST(info_text(info).contains("Builder:     ssh (Colima work)\n"));
  info.builder = {.driver = Driver::container, .ssh = {}, .name = "big"};
  BOOST_TEST(info_text(info).contains("Builder:     container (docker-nixbuild-big)\n"));
  BOOST_TEST(boost::json::parse(info_json(info)).at("builder").at("name").as_string() == "big");
  info.builder = {.driver = Driver::host};
  BOOST_TEST(info_text(info).contains("Builder:     host (this machine)\n"));
  info.builder.reset();
  info.builder_error = Error(ErrorKind::not_found, "there is no such builder");
  BOOST_TEST(info_text(info).contains("Builder:     none; there is no such builder\n"));
  const auto object = boost::json::parse(info_json(info));
  BOOST_TEST(object.at("builder").is_null());
  BOOST_TEST(object.at("builderError").as_string() == "there is no such builder");
}

BOOST_AUTO_TEST_CASE(what_is_missing) {
  Info info = some_info();
  info.engine.reset();
  info.engine_error = Error(ErrorKind::unavailable, "no answer");
  info.nix_program.reset();
  info.nix_error = Error(ErrorKind::not_found, "no Nix").with_hint("install Nix");
  BOOST_TEST(info_text(info).contains(
      "Engine:      does not answer\nNix:         not found; install Nix\n"));
  const auto object = boost::json::parse(info_json(info));
  BOOST_TEST(object.at("engine").is_null());
  BOOST_TEST(object.at("engineError").as_string() == "no answer");
  BOOST_TEST(object.at("nix").is_null());
}

BOOST_AUTO_TEST_CASE(without_an_engine_the_rest_is_told) {
  testing::FakeWorld world;
  world.variables["DOCKER_HOST"] = "unix:///nonexistent/docker.sock";
  BOOST_TEST(world.run({"nixbuild", "info"}) == 1);
  BOOST_TEST(world.out.text.contains("Endpoint:    unix:///nonexistent/docker.sock\n"));
  BOOST_TEST(world.err.text.starts_with("ERROR: "));
  BOOST_TEST(world.run({"nixbuild", "info", "--format", "json"}) == 1);
  BOOST_TEST(boost::json::parse(world.out.text).at("engine").is_null());
}

BOOST_AUTO_TEST_CASE(engine_and_nix_are_asked) {
  const nixbuild::fakes::FakeEngine engine(nixbuild::fakes::Profile::docker_28_containerd());
  const nixbuild::TempDir programs;
  const auto nix = programs.path() / "nix";
  nixbuild::write_file_atomically(nix, "");
  std::filesystem::permissions(nix, std::filesystem::perms::owner_all);
  testing::FakeWorld world;
  world.variables["DOCKER_HOST"] = "unix://" + engine.socket().string();
  world.variables["PATH"] = programs.path();
  world.processes.on({"--version"}, {.out = "nix (Nix) 2.34.8\n"});
  BOOST_TEST(world.run({"nixbuild", "info"}) == 0);
  BOOST_TEST(world.err.text == "");
  BOOST_TEST(world.out.text.contains("Context:     default (from DOCKER_HOST)\n"));
  BOOST_TEST(world.out.text.contains("(containerd)\nPlatform:    linux/amd64\n"
                                     "Builder:     host (this machine)\n"));
  world.variables["NIXBUILD_BUILDER"] = "container";
  BOOST_TEST(world.run({"nixbuild", "info"}) == 0);
  BOOST_TEST(world.out.text.contains("Builder:     container (docker-nixbuild-default)\n"));
  BOOST_TEST(world.out.text.contains("Nix:         2.34.8 (" + nix.string() + ")\n"));
}

BOOST_AUTO_TEST_CASE(other_formats_are_refused) {
  testing::FakeWorld world;
  BOOST_TEST(world.run({"nixbuild", "info", "--format", "{{.Name}}"}) == 1);
  BOOST_TEST(world.err.text.contains("{{.Name}}"));
  BOOST_TEST(world.out.text == "");
}

BOOST_AUTO_TEST_SUITE_END()
