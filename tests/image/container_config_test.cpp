#include "image/container_config.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

namespace image = nixbuild::image;
using nixbuild::oci::Digest;
using nixbuild::oci::Platform;

namespace {

const Platform arm{.os = "linux", .architecture = "arm", .variant = "v7"};

image::Layer layer(const std::string& text) {
  return {.diff_id = Digest::of(text),
          .digest = Digest::of(text),
          .size = 0,
          .media_type = {},
          .content = {}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(container_config)

BOOST_AUTO_TEST_CASE(everything_has_its_place) {
  const image::ContainerConfig config{.user = "1000",
                                      .exposed_ports = {"80/tcp"},
                                      .env = {"A=\"é\""},
                                      .entrypoint = {"/init"},
                                      .cmd = {"x", ""},
                                      .working_dir = "/w",
                                      .labels = {{"k", "v"}},
                                      .stop_signal = "SIGRTMIN+3"};
  BOOST_TEST(
      image::config_json(arm, config, {layer("a")}, {"first"}) ==
      R"({"created":"1970-01-01T00:00:01Z","architecture":"arm","os":"linux","variant":"v7",)"
      R"("config":{"User":"1000","ExposedPorts":{"80/tcp":{}},"Env":["A=\"é\""],)"
      R"("Entrypoint":["/init"],"Cmd":["x",""],"WorkingDir":"/w","Labels":{"k":"v"},)"
      R"("StopSignal":"SIGRTMIN+3"},"rootfs":{"type":"layers","diff_ids":[")" +
          Digest::of("a").str() +
          R"("]},"history":[{"created":"1970-01-01T00:00:01Z",)"
          R"("created_by":"docker-nixbuild","comment":"first"}]})");
}

BOOST_AUTO_TEST_CASE(nothing_said_is_nothing_written) {
  BOOST_TEST(
      image::config_json({.os = "linux", .architecture = "amd64", .variant = {}}, {}, {}, {}) ==
      R"({"created":"1970-01-01T00:00:01Z","architecture":"amd64","os":"linux",)"
      R"("config":{},"rootfs":{"type":"layers","diff_ids":[]},"history":[]})");
}

BOOST_AUTO_TEST_CASE(text_must_be_utf8) {
  BOOST_CHECK_EXCEPTION(
      (void)image::config_json(arm, {.env = {"A=\xff"}}, {}, {}), nixbuild::Error,
      [](const auto& error) { return error.kind() == nixbuild::ErrorKind::invalid_input; });
}

BOOST_AUTO_TEST_CASE(variables_are_replaced_by_their_whole_name) {
  std::vector<std::string> env{"PATH=1", "PATHS=2"};
  image::set_variable(env, "PATH=3");
  image::set_variable(env, "PA=4");
  BOOST_TEST(env == (std::vector<std::string>{"PATH=3", "PATHS=2", "PA=4"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
