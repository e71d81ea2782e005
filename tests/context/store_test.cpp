#include "context/docker_home.hpp"
#include "context/store.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace nixbuild;
using context::find_stored;
using context::stored_names;
using fakes::DockerHome;
using Scheme = context::Endpoint::Scheme;

namespace {

void check_refused(const std::string& meta, ErrorKind kind, const std::string& reason) {
  const DockerHome home;
  home.write(DockerHome::meta_file("x"), meta);
  BOOST_TEST_CONTEXT(meta.substr(0, 60)) {
    BOOST_CHECK_EXCEPTION((void)find_stored(home.path(), "x"), Error, [&](const Error& error) {
      BOOST_TEST_MESSAGE(error.message());
      return error.kind() == kind && error.message().find(reason) != std::string::npos &&
             error.message().find("meta.json") != std::string::npos;
    });
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(store)

BOOST_AUTO_TEST_CASE(context_is_found_by_the_hash_of_its_name) {
  const DockerHome home;
  // sha256 of "colima"
  home.write("contexts/meta/f24fd3749c1368328e2b149bec149cb6795619f244c5b584e844961215dadd16/"
             "meta.json",
             R"({"Name":"colima","Metadata":{"Description":"a VM"},)"
             R"("Endpoints":{"docker":{"Host":"unix:///home/me/.colima/docker.sock"}}})");
  const auto found = find_stored(home.path(), "colima");
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->description == "a VM");
  BOOST_TEST(found->endpoint.socket.string() == "/home/me/.colima/docker.sock");
  BOOST_TEST(!found->endpoint.tls.has_value());
  BOOST_TEST(!find_stored(home.path(), "Colima").has_value());
  BOOST_TEST(!find_stored(home.path(), "../colima").has_value());
}

BOOST_AUTO_TEST_CASE(everything_but_the_endpoint_may_be_absent_and_keys_match_in_any_case) {
  const DockerHome home;
  home.write(DockerHome::meta_file("x"),
             R"({"metadata":null,"ENDPOINTS":{"docker":{"host":"tcp://h:1"},"kubernetes":7}})");
  const auto found = find_stored(home.path(), "x");
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->description.empty());
  BOOST_TEST(found->endpoint.host == "tcp://h:1");
}

BOOST_AUTO_TEST_CASE(endpoint_without_host_is_the_usual_socket) {
  const DockerHome home;
  home.write(DockerHome::meta_file("x"), R"({"Endpoints":{"docker":{}}})");
  const auto found = find_stored(home.path(), "x");
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->endpoint.host == "unix:///var/run/docker.sock");
}

BOOST_AUTO_TEST_CASE(tls_is_on_when_its_folder_exists_or_verification_is_skipped) {
  const DockerHome home;
  home.add_context("plain", "tcp://h:1");
  home.add_context("tls", "tcp://h:2");
  home.write(DockerHome::tls_folder("tls") / "ca.pem", "ca");
  home.write(DockerHome::tls_folder("tls") / "notes.txt", "");
  home.write(DockerHome::meta_file("skip"),
             R"({"Endpoints":{"docker":{"Host":"tcp://h:3","SkipTLSVerify":true}}})");

  BOOST_TEST(!find_stored(home.path(), "plain")->endpoint.tls.has_value());
  const auto with_files = find_stored(home.path(), "tls")->endpoint.tls;
  BOOST_REQUIRE(with_files.has_value());
  BOOST_TEST(with_files->ca == home.path() / DockerHome::tls_folder("tls") / "ca.pem");
  BOOST_TEST(with_files->cert.empty());
  BOOST_TEST(!with_files->skip_verify);
  const auto skipping = find_stored(home.path(), "skip")->endpoint.tls;
  BOOST_REQUIRE(skipping.has_value());
  BOOST_TEST(skipping->skip_verify);
  BOOST_TEST(skipping->ca.empty());
}

BOOST_AUTO_TEST_CASE(broken_files_are_refused) {
  check_refused("", ErrorKind::corrupt, "must be an object");
  check_refused("{", ErrorKind::corrupt, "not valid JSON");
  check_refused("[]", ErrorKind::corrupt, "must be an object");
  check_refused(std::string(10'000, '['), ErrorKind::corrupt, "not valid JSON");
  check_refused(R"({"Endpoints":[]})", ErrorKind::corrupt, "\"Endpoints\" must be an object");
  check_refused(R"({"Endpoints":{"docker":1}})", ErrorKind::corrupt, "\"Endpoints.docker\"");
  check_refused(R"({"Endpoints":{"docker":{"Host":1}}})", ErrorKind::corrupt,
                "\"Endpoints.docker.Host\" must be a string");
  check_refused(R"({"Endpoints":{"docker":{"Host":"tcp://h:1","SkipTLSVerify":"no"}}})",
                ErrorKind::corrupt, "\"Endpoints.docker.SkipTLSVerify\" must be a boolean");
  check_refused(R"({})", ErrorKind::invalid_input, "no docker endpoint");
  check_refused(R"({"Endpoints":{"docker":null}})", ErrorKind::invalid_input, "no docker endpoint");
  check_refused(R"({"Endpoints":{"Docker":{}}})", ErrorKind::invalid_input, "no docker endpoint");
}

BOOST_AUTO_TEST_CASE(host_that_cannot_be_used_names_the_context) {
  const DockerHome home;
  home.add_context("x", "npipe:////./pipe/x");
  BOOST_CHECK_EXCEPTION((void)find_stored(home.path(), "x"), Error, [](const Error& error) {
    return error.message().find("the context \"x\"") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(names_are_those_of_all_contexts_that_can_be_read) {
  const DockerHome home;
  BOOST_TEST(stored_names(home.path()).empty());
  home.add_context("zebra", "unix:///z");
  home.add_context("ant", "unix:///a");
  home.write("contexts/meta/broken/meta.json", "{");
  home.write("contexts/meta/deeper/still/meta.json", R"({"Name":"deep"})");
  BOOST_CHECK(stored_names(home.path()) == (std::vector<std::string>{"ant", "deep", "zebra"}));
}

BOOST_AUTO_TEST_SUITE_END()
