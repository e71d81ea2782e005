#include "config/docker_config.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using nixbuild::Environment;
using nixbuild::Error;
using nixbuild::ErrorKind;
using nixbuild::config::DockerConfig;
using nixbuild::config::engine_headers;

using Headers = std::map<std::string, std::string>;

namespace {

const DockerConfig config{"/home/me/.docker", "", {{"X-File", "1"}}, {}};

Headers headers_of(const std::string& variable) {
  return engine_headers(config, Environment({{"DOCKER_CUSTOM_HEADERS", variable}}));
}

} // namespace

BOOST_AUTO_TEST_SUITE(custom_headers)

BOOST_AUTO_TEST_CASE(unset_or_empty_leaves_the_file_in_force) {
  BOOST_CHECK(engine_headers(config, Environment{}) == (Headers{{"X-File", "1"}}));
  BOOST_CHECK(headers_of("") == (Headers{{"X-File", "1"}}));
}

BOOST_AUTO_TEST_CASE(the_variable_replaces_the_file) {
  BOOST_CHECK(headers_of("x-one=1, two = 2 ") == (Headers{{"X-One", "1"}, {"Two", " 2 "}}));
  BOOST_CHECK(headers_of("a=1,A=b=c,empty=") == (Headers{{"A", "b=c"}, {"Empty", ""}}));
}

BOOST_AUTO_TEST_CASE(quoted_fields_hold_commas_and_quotes) {
  BOOST_CHECK(headers_of(R"(one=1,"two=a,b","three= ""q"" ")") ==
              (Headers{{"One", "1"}, {"Two", "a,b"}, {"Three", " \"q\" "}}));
}

BOOST_AUTO_TEST_CASE(malformed_variables_are_refused) {
  for (const char* bad : {"novalue", "=1", "a=1,", "a=\"b\"", "\"a=1", "\"a=1\"x", " =2"}) {
    BOOST_CHECK_EXCEPTION((void)headers_of(bad), Error, [](const Error& error) {
      return error.kind() == ErrorKind::invalid_input &&
             error.message().starts_with("DOCKER_CUSTOM_HEADERS: ") && !error.hint().empty();
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()
