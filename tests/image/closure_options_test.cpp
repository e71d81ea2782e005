#include "image/closure_options.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

namespace image = nixbuild::image;
using image::ClosureImageOptions;
using image::ContainerConfig;

namespace {

using Words = std::vector<std::string>;

ContainerConfig applied(const ClosureImageOptions& options, ContainerConfig config = {}) {
  image::apply_options(options, config);
  return config;
}

void check_refused(const ClosureImageOptions& options, const std::string& option) {
  BOOST_CHECK_EXCEPTION(applied(options), nixbuild::Error, [&](const nixbuild::Error& error) {
    return error.kind() == nixbuild::ErrorKind::invalid_input &&
           error.message().starts_with(option + " ");
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(closure_options)

BOOST_AUTO_TEST_CASE(options_replace_what_we_would_choose) {
  const ContainerConfig config = applied({.entrypoint = {},
                                          .cmd = Words{"run"},
                                          .env = {"PATH=/mine", "EMPTY="},
                                          .user = "app:web",
                                          .workdir = "/srv",
                                          .labels = {{"a", "b"}}},
                                         {.env = {"PATH=/ours", "OTHER=1"}, .cmd = {"ours"}});
  BOOST_TEST(config.cmd == (Words{"run"}), boost::test_tools::per_element());
  BOOST_TEST(config.env == (Words{"PATH=/mine", "OTHER=1", "EMPTY="}),
             boost::test_tools::per_element());
  BOOST_TEST(config.user == "app:web");
  BOOST_TEST(config.working_dir == "/srv");
  BOOST_TEST(config.labels.at("a") == "b");
}

BOOST_AUTO_TEST_CASE(own_entrypoint_takes_no_command_of_ours) {
  const ContainerConfig ours{.cmd = {"ours"}};
  BOOST_TEST(applied({.entrypoint = Words{"/start"}}, ours).cmd.empty());
  BOOST_TEST(applied({.entrypoint = Words{"/start"}, .cmd = Words{"x"}}, ours).cmd == (Words{"x"}),
             boost::test_tools::per_element());
  BOOST_TEST(applied({}, ours).cmd == (Words{"ours"}), boost::test_tools::per_element());
  BOOST_TEST(applied({.cmd = Words{}}, ours).cmd.empty());
}

BOOST_AUTO_TEST_CASE(ports_are_spelt_out) {
  const ContainerConfig config = applied({.exposed_ports = {"80", "53/udp", "8000-8002/tcp"}});
  BOOST_TEST(config.exposed_ports ==
                 (std::set<std::string>{"53/udp", "80/tcp", "8000/tcp", "8001/tcp", "8002/tcp"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(options_without_sense_are_named) {
  for (const char* port :
       {"", "0", "65536", "http", "80/", "80/icmp", "9-8", "80-", "-80", "80-90-91", "99999999999"})
    check_refused({.exposed_ports = {port}}, "--expose");
  for (const char* assignment : {"", "NAME", "=value"})
    check_refused({.env = {assignment}}, "--env");
  check_refused({.workdir = "relative"}, "--workdir");
  check_refused({.labels = {{"", "x"}}}, "--label");
  for (const std::size_t count : {0U, 1U, 126U})
    check_refused({.max_layers = count}, "--max-layers");
}

BOOST_AUTO_TEST_CASE(image_is_called_latest_unless_a_tag_is_given) {
  BOOST_TEST(image::image_name({}, "hello").familiar() == "hello:latest");
  BOOST_TEST(image::image_name({.name = "my/app"}, "hello").familiar() == "my/app:latest");
  BOOST_TEST(image::image_name({.name = "r.example:5000/app:2"}, "hello").familiar() ==
             "r.example:5000/app:2");
  BOOST_CHECK_EXCEPTION(
      (void)image::image_name({.name = "Upper"}, "x"), nixbuild::Error,
      [](const auto& error) { return error.kind() == nixbuild::ErrorKind::invalid_input; });
}

BOOST_AUTO_TEST_CASE(any_name_becomes_a_repository) {
  BOOST_TEST(image::repository_component("hello") == "hello");
  BOOST_TEST(image::repository_component("Hello_World") == "hello_world");
  BOOST_TEST(image::repository_component("gtk+") == "gtk");
  BOOST_TEST(image::repository_component("C++ Tool__1.5") == "c-tool__1.5");
  BOOST_TEST(image::repository_component("a._b") == "a-b");
  BOOST_TEST(image::repository_component("--") == "image");
  BOOST_TEST(image::repository_component("") == "image");
  BOOST_TEST(image::repository_component(std::string(500, 'x')).size() == 128U);
  // Whatever it is made of, it is a name.
  std::string odd;
  for (int c = 1; c < 256; ++c)
    odd += {static_cast<char>(c), static_cast<char>(255 - c), 'a'};
  for (std::size_t begin = 0; begin < odd.size(); begin += 7) {
    const std::string name = image::repository_component(std::string_view(odd).substr(begin, 40));
    BOOST_TEST(nixbuild::oci::Reference::parse(name).has_value(), name);
  }
}

BOOST_AUTO_TEST_CASE(version_is_no_part_of_the_package) {
  BOOST_TEST(image::package_of("hello-2.12.1") == "hello");
  BOOST_TEST(image::package_of("nix-shell-env") == "nix-shell-env");
  BOOST_TEST(image::package_of("python3.12-numpy-1.26") == "python3.12-numpy");
  BOOST_TEST(image::package_of("a-_b") == "a");
  BOOST_TEST(image::package_of("ends-") == "ends-");
  BOOST_TEST(image::package_of("hello") == "hello");
}

BOOST_AUTO_TEST_SUITE_END()
