#include "engine/facts.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>

using namespace nixbuild;
using engine::ApiVersion;
using engine::Facts;
using engine::ImageStore;
using engine::read_facts;

namespace {

std::string version_answer(const std::string& api, const std::string& min_api,
                           const std::string& arch = "amd64", const std::string& os = "linux") {
  return R"({"Version":"28.5.2","ApiVersion":")" + api + R"(","MinAPIVersion":")" + min_api +
         R"(","Os":")" + os + R"(","Arch":")" + arch +
         R"(","Components":[{"Name":"Engine","Version":"28.5.2"}]})";
}

constexpr const char* graph_info =
    R"({"ID":"ABC","Name":"box","Driver":"overlay2","DriverStatus":[["Backing Filesystem","extfs"]],
        "Architecture":"x86_64","OperatingSystem":"Debian GNU/Linux","KernelVersion":"6.1.0"})";

std::string agreed(const std::string& api, const std::string& min_api,
                   const std::optional<ApiVersion>& ceiling = {}) {
  return read_facts(version_answer(api, min_api), graph_info, ceiling).api.str();
}

void check_no_agreement(const std::string& api, const std::string& min_api,
                        const std::optional<ApiVersion>& ceiling, const std::string& hint) {
  BOOST_CHECK_EXCEPTION((void)agreed(api, min_api, ceiling), Error, [&](const Error& error) {
    BOOST_TEST_MESSAGE(error.message() << " [" << error.hint() << "]");
    return error.kind() == ErrorKind::refused && error.hint().find(hint) != std::string::npos;
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(api_version)

BOOST_AUTO_TEST_CASE(parsing) {
  BOOST_CHECK(ApiVersion::parse("1.41") == (ApiVersion{1, 41}));
  BOOST_CHECK(ApiVersion::parse("v1.41") == (ApiVersion{1, 41}));
  for (const char* text : {"", "1", "1.", ".1", "v", "1.41x", " 1.41", "1,41", "1.-1", "-1.2",
                           "1.99999999999", "vv1.1", "1.41.0"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!ApiVersion::parse(text).has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(versions_are_ordered_as_numbers) {
  BOOST_CHECK((ApiVersion{1, 9} < ApiVersion{1, 10}));
  BOOST_CHECK((ApiVersion{1, 99} < ApiVersion{2, 0}));
  BOOST_TEST((ApiVersion{1, 9}).str() == "1.9");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(facts)

BOOST_AUTO_TEST_CASE(of_a_docker_engine) {
  const Facts facts = read_facts(version_answer("1.51", "1.24"), graph_info, {});
  BOOST_TEST(facts.product == "Docker Engine");
  BOOST_TEST(facts.version == "28.5.2");
  BOOST_TEST(facts.platform.str() == "linux/amd64");
  BOOST_CHECK(facts.store == ImageStore::graph_driver);
  BOOST_TEST(facts.driver == "overlay2");
  BOOST_TEST(facts.id == "ABC");
  BOOST_TEST(facts.host_name == "box");
  BOOST_TEST(facts.operating_system == "Debian GNU/Linux");
  BOOST_TEST(facts.kernel == "6.1.0");
}

BOOST_AUTO_TEST_CASE(containerd_store_is_told_by_the_driver_status) {
  const Facts facts = read_facts(
      version_answer("1.51", "1.24"),
      R"({"Driver":"overlayfs","DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]]})",
      {});
  BOOST_CHECK(facts.store == ImageStore::containerd);
  BOOST_TEST(facts.driver == "overlayfs");
}

BOOST_AUTO_TEST_CASE(podman_is_known_and_its_changing_id_is_not_taken) {
  const Facts facts = read_facts(
      R"({"Components":[{"Name":"Podman Engine"}],"Version":"4.3.1","ApiVersion":"1.41",
          "MinAPIVersion":"1.24","Os":"linux","Arch":"arm64"})",
      graph_info, {});
  BOOST_TEST(facts.product == "Podman Engine");
  BOOST_TEST(facts.id.empty());
  BOOST_TEST(facts.platform.str() == "linux/arm64");
}

BOOST_AUTO_TEST_CASE(platform_of_arm) {
  const auto platform = [](const std::string& arch, const std::string& machine) {
    return read_facts(version_answer("1.41", "1.24", arch),
                      R"({"Architecture":")" + machine + R"("})", {})
        .platform.str();
  };
  BOOST_TEST(platform("arm", "armv7l") == "linux/arm/v7");
  BOOST_TEST(platform("arm", "armv6l") == "linux/arm/v6");
  BOOST_TEST(platform("arm", "aarch64") == "linux/arm/v7");
  BOOST_TEST(platform("arm64", "aarch64") == "linux/arm64");
}

BOOST_AUTO_TEST_CASE(api_is_the_newest_that_both_speak) {
  BOOST_TEST(agreed("1.41", "1.12") == "1.41");
  BOOST_TEST(agreed("1.51", "1.24") == "1.51");
  BOOST_TEST(agreed("1.55", "1.40") == "1.51");
  BOOST_TEST(agreed("1.24", "1.12") == "1.24");
}

BOOST_AUTO_TEST_CASE(ceiling_lowers_it_only) {
  BOOST_TEST(agreed("1.51", "1.24", ApiVersion{1, 30}) == "1.30");
  BOOST_TEST(agreed("1.41", "1.24", ApiVersion{1, 48}) == "1.41");
}

BOOST_AUTO_TEST_CASE(engines_too_old_or_too_new) {
  check_no_agreement("1.22", "1.12", {}, "update");
  check_no_agreement("1.70", "1.60", {}, "update");
  check_no_agreement("1.51", "1.44", ApiVersion{1, 40}, "DOCKER_API_VERSION");
  check_no_agreement("1.51", "1.12", ApiVersion{1, 20}, "DOCKER_API_VERSION");
}

BOOST_AUTO_TEST_CASE(answers_of_another_shape) {
  const std::string good = version_answer("1.41", "1.24");
  for (const std::string bad : {"", "null", "[]", "{", "<html>"}) {
    BOOST_CHECK_THROW((void)read_facts(bad, graph_info, {}), Error);
    BOOST_CHECK_THROW((void)read_facts(good, bad, {}), Error);
  }
  BOOST_CHECK_THROW((void)read_facts("{}", graph_info, {}), Error); // no platform
  // What is only of another type is as good as absent.
  const Facts facts = read_facts(
      good, R"({"ID":1,"Name":[],"Driver":{},"DriverStatus":"x","Architecture":null})", {});
  BOOST_TEST(facts.id.empty());
  BOOST_CHECK(facts.store == ImageStore::graph_driver);
  BOOST_CHECK(read_facts(good, R"({"DriverStatus":[1,[2],["driver-type"]]})", {}).store ==
              ImageStore::graph_driver);
}

BOOST_AUTO_TEST_SUITE_END()
