#include "plugin/metadata.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <vector>

using namespace nixbuild::plugin;

BOOST_AUTO_TEST_SUITE(metadata)

BOOST_AUTO_TEST_CASE(what_docker_demands) {
  const auto object = boost::json::parse(nixbuild::plugin::metadata()).as_object();
  BOOST_TEST(object.at("SchemaVersion").as_string() == "0.1.0");
  BOOST_TEST(!object.at("Vendor").as_string().empty());
  BOOST_TEST(object.at("Version").as_string().starts_with("v"));
  BOOST_TEST(!object.at("ShortDescription").as_string().empty());
}

BOOST_AUTO_TEST_CASE(only_as_first_argument) {
  BOOST_TEST(is_metadata_call(std::vector<std::string>{"docker-cli-plugin-metadata"}));
  BOOST_TEST(!is_metadata_call(std::vector<std::string>{"build", "docker-cli-plugin-metadata"}));
  BOOST_TEST(!is_metadata_call({}));
}

BOOST_AUTO_TEST_SUITE_END()
