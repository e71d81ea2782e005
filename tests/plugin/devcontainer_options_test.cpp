#include "devcontainer/metadata_label.hpp"
#include "plugin/build_options.hpp"
#include "plugin/build_request.hpp"
#include "plugin/devcontainer_options.hpp"
#include "plugin/named_options.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::plugin;
using devcontainer::metadata_label;
using Words = std::vector<std::string>;

namespace {

const OptionTable table = build_options();

image::Amendments amended_by(const Words& arguments) {
  const auto options = parse_options(table, arguments, Until::end);
  return parse_build_request(options, {}, Environment()).amendments.value();
}

std::string label(const std::map<std::string, std::string>& labels) {
  const auto found = labels.find(std::string(metadata_label));
  return found == labels.end() ? "none" : found->second;
}

void check_refused(const Words& arguments, ErrorKind kind, std::string_view word) {
  BOOST_TEST_CONTEXT(arguments.front()) {
    BOOST_CHECK_EXCEPTION((void)amended_by(arguments), Error, [&](const Error& error) {
      BOOST_TEST_MESSAGE(error.message());
      return error.kind() == kind && error.message().contains(word);
    });
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(devcontainer_options)

BOOST_AUTO_TEST_CASE(without_them_nothing_is_amended) {
  const auto options = parse_options(table, Words{".#image"}, Until::end);
  BOOST_TEST(!parse_build_request(options, {}, Environment()).amendments.has_value());
}

BOOST_AUTO_TEST_CASE(user_and_numbers) {
  const auto amendments = amended_by({"--devcontainer-user=dev:1234"});
  const image::AccountNumbers numbers{.user = "dev", .uid = 1234, .gid = 1234};
  BOOST_CHECK(amendments.others.numbers == numbers);
  BOOST_CHECK(amendments.booting.numbers == numbers);
  BOOST_TEST(label(amendments.others.missing_labels) == devcontainer::metadata_of_others("dev"));
  BOOST_TEST(label(amendments.booting.missing_labels) ==
             devcontainer::metadata_of_booting(devcontainer::Profile::privileged, "dev"));
  BOOST_TEST(amended_by({"--devcontainer-user=dev:1234:100"}).others.numbers->gid == 100U);
  BOOST_CHECK(amended_by({"--devcontainer-user=dev"}).others.numbers == numbers_of_host("dev"));
  BOOST_TEST(!amended_by({"--devcontainer-user=root"}).others.numbers.has_value());
}

BOOST_AUTO_TEST_CASE(metadata_of_a_profile) {
  const auto amendments = amended_by({"--devcontainer-metadata=writable-cgroups"});
  BOOST_TEST(label(amendments.booting.missing_labels) ==
             devcontainer::metadata_of_booting(devcontainer::Profile::writable_cgroups, ""));
  BOOST_TEST(label(amendments.others.missing_labels) == "none");
  const auto without = amended_by({"--devcontainer-metadata=false", "--devcontainer-user=dev:5"});
  BOOST_TEST(label(without.booting.missing_labels) == "none");
  BOOST_TEST(without.booting.numbers->uid == 5U);
}

BOOST_AUTO_TEST_CASE(metadata_that_somebody_wrote) {
  const auto amendments = amended_by({"--devcontainer-metadata", R"({"remoteUser": "x",})"});
  for (const image::Amendment& one : {amendments.booting, amendments.others}) {
    BOOST_TEST(label(one.labels) == R"([{"remoteUser":"x"}])");
    BOOST_TEST(label(one.missing_labels) == "none");
  }
  const TempDir folder;
  const std::string file = folder.path() / "metadata.json";
  write_file_atomically(file, "// mine\n[{\"privileged\": true}, {}]");
  BOOST_TEST(label(amended_by({"--devcontainer-metadata", file}).others.labels) ==
             R"([{"privileged":true},{}])");
}

BOOST_AUTO_TEST_CASE(configuration_files_may_have_it_as_json) {
  const auto label_of = [](std::string_view json) {
    const auto options = parse_named_options(table, boost::json::parse(json).as_object());
    return label(parse_build_request(options, {}, Environment()).amendments.value().others.labels);
  };
  BOOST_TEST(label_of(R"({"devcontainer-metadata": {"remoteUser": "x"}})") ==
             R"([{"remoteUser":"x"}])");
  BOOST_TEST(label_of(R"({"devcontainer-metadata": [{"init": false}, {"remoteUser": "x"}]})") ==
             R"([{"init":false},{"remoteUser":"x"}])");
  BOOST_TEST(label_of(R"({"devcontainer-metadata": false})") == "none");
}

BOOST_AUTO_TEST_CASE(nonsense_is_refused) {
  using enum ErrorKind;
  for (const char* user : {"", ":5", "dev:", "dev:x", "dev:0", "dev:5:", "dev:5:6:7", "dev:-1",
                           "dev:4294967295", "a\nb", "root:5", "1000:5"})
    check_refused({"--devcontainer-user", user}, invalid_input, "devcontainer-user");
  check_refused({"--devcontainer-metadata", "[1]"}, corrupt, "no array of objects");
  check_refused({"--devcontainer-metadata", "[{},\n{]"}, corrupt, "line 2, column");
  check_refused({"--devcontainer-metadata", "/nonexistent/x.json"}, not_found, "x.json");
}

BOOST_AUTO_TEST_SUITE_END()
