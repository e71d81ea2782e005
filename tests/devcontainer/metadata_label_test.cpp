#include "devcontainer/metadata_label.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::devcontainer;

namespace json = boost::json;

namespace {

json::object entry_of(const std::string& label) {
  const json::value value = json::parse(label);
  BOOST_REQUIRE(value.is_array()); // not all tools take an object
  BOOST_REQUIRE_EQUAL(value.get_array().size(), 1U);
  return value.get_array().front().as_object();
}

} // namespace

BOOST_AUTO_TEST_SUITE(metadata)

BOOST_AUTO_TEST_CASE(of_an_image_that_boots) {
  const json::object entry = entry_of(metadata_of_booting(Profile::privileged, "dev"));
  BOOST_CHECK(entry.at("overrideCommand") == false);
  BOOST_CHECK(entry.at("updateRemoteUserUID") == false);
  BOOST_CHECK(entry.at("privileged") == true);
  BOOST_CHECK(entry.at("remoteUser") == "dev");
  for (const char* hook : {"onCreateCommand", "postStartCommand"})
    BOOST_CHECK(entry.at(hook).at("nixbuild-wait") == json::value(wait_for_boot()));
  BOOST_TEST(!entry.contains("init"));   // would be process 1
  BOOST_TEST(!entry.contains("mounts")); // of type tmpfs Compose makes volumes
}

BOOST_AUTO_TEST_CASE(the_feature_waits_in_its_place) {
  BOOST_TEST(wait_for_boot().starts_with("[ ! -x /usr/local/share/nixbuild/boot ] || exit 0; "));
}

BOOST_AUTO_TEST_CASE(less_privileged) {
  const json::object entry = entry_of(metadata_of_booting(Profile::writable_cgroups, ""));
  BOOST_TEST(!entry.contains("privileged"));
  BOOST_TEST(!entry.contains("remoteUser"));
  BOOST_CHECK(entry.at("securityOpt") == json::array{"writable-cgroups=true"});
  const json::object none = entry_of(metadata_of_booting(Profile::none, ""));
  BOOST_TEST(!none.contains("privileged"));
  BOOST_TEST(!none.contains("securityOpt"));
}

BOOST_AUTO_TEST_CASE(of_other_images) {
  const json::object entry = entry_of(metadata_of_others("dev"));
  BOOST_TEST(!entry.contains("overrideCommand"));
  BOOST_TEST(!entry.contains("onCreateCommand"));
  BOOST_CHECK(entry.at("remoteUser") == "dev");
  BOOST_CHECK(entry.at("updateRemoteUserUID") == false);
  // Who works in it the image may say itself, and then tools see to its number.
  BOOST_TEST(metadata_of_others("") == "");
  BOOST_TEST(!entry_of(metadata_of_booting(Profile::none, "")).contains("updateRemoteUserUID"));
}

BOOST_AUTO_TEST_CASE(amendments_of_a_dev_container) {
  Settings settings;
  const RemoteUser user{.name = "dev",
                        .numbers = image::AccountNumbers{.user = "dev", .uid = 1001, .gid = 100}};
  const auto amendments = dev_container_amendments(settings, user, "1.2.3");
  BOOST_TEST(amendments.booting.labels.at("dev.nixbuild.version") == "1.2.3");
  BOOST_TEST(amendments.booting.missing_stop_signal == "SIGRTMIN+3");
  BOOST_TEST(amendments.others.missing_stop_signal == "");
  BOOST_TEST(amendments.others.missing_labels.contains("devcontainer.metadata"));
  BOOST_CHECK(amendments.others.numbers == user.numbers);
  BOOST_TEST(!dev_container_amendments(settings, {}, "1")
                  .others.missing_labels.contains("devcontainer.metadata"));
  settings.metadata = false;
  BOOST_TEST(!dev_container_amendments(settings, user, "1")
                  .booting.missing_labels.contains("devcontainer.metadata"));
}

BOOST_AUTO_TEST_SUITE_END()
