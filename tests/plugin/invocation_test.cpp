#include "plugin/invocation.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::plugin;
using nixbuild::Environment;
using nixbuild::Error;
using Kind = Invocation::Kind;
using Words = std::vector<std::string>;

namespace {

const Environment by_docker(std::map<std::string, std::string>{
    {"DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND", "docker"}, {"PATH", "/bin"}});

Invocation docker(const Words& arguments) {
  return parse_invocation(arguments, by_docker);
}

Invocation alone(const Words& arguments) {
  return parse_invocation(arguments, {});
}

} // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(Kind)

BOOST_AUTO_TEST_SUITE(invocation)

// What docker 28 and 29 were seen to hand over for `docker …`.
BOOST_AUTO_TEST_CASE(as_a_plugin) {
  for (const auto& [arguments, words] : std::vector<std::pair<Words, Words>>{
           {{"nixbuild", "build", "-t", "x", "."}, {"build", "-t", "x", "."}},
           {{"nixbuild"}, {}},
           {{"--context", "foo", "nixbuild", "build", "--context", "bar"},
            {"build", "--context", "bar"}},
           {{"-H", "unix:///s", "nixbuild", "b"}, {"b"}},
           {{"-Hunix:///s", "-lwarn", "nixbuild", "x"}, {"x"}},
           {{"-Dc", "foo", "nixbuild", "x"}, {"x"}},
           {{"--", "nixbuild", "x"}, {"x"}},
           {{"nixbuild", "--", "a"}, {"--", "a"}},
           {{"nixbuild", "--help"}, {"--help"}},
       }) {
    const Invocation result = docker(arguments);
    BOOST_TEST(result.kind == Kind::command);
    BOOST_TEST(result.words == words, boost::test_tools::per_element());
    BOOST_TEST(result.program == "docker nixbuild");
  }
}

BOOST_AUTO_TEST_CASE(flags_of_docker) {
  const auto flags = docker({"--config=/c", "-Dc", "foo", "-H", "unix:///a", "--host=tcp://b",
                             "-l=warn", "--tls", "--tlsverify=false", "--tlscacert", "ca",
                             "--tlscert", "cert", "--tlskey", "key", "nixbuild", "-D"})
                         .docker;
  BOOST_TEST(flags.config_directory.value() == "/c");
  BOOST_TEST(flags.context.value() == "foo");
  BOOST_TEST(flags.debug);
  BOOST_TEST(flags.hosts == (Words{"unix:///a", "tcp://b"}), boost::test_tools::per_element());
  BOOST_TEST(flags.log_level.value() == "warn");
  BOOST_TEST(flags.tls.value_or(false));
  BOOST_TEST(flags.tls_verify.value() == false);
  BOOST_TEST(flags.tls_ca_cert.value() == "ca");
  BOOST_TEST(flags.tls_cert.value() == "cert");
  BOOST_TEST(flags.tls_key.value() == "key");
  BOOST_TEST(flags.as_typed ==
                 (Words{"--config", "/c", "--debug", "--context", "foo", "--host", "unix:///a",
                        "--host", "tcp://b", "--log-level", "warn", "--tls", "--tlsverify=false",
                        "--tlscacert", "ca", "--tlscert", "cert", "--tlskey", "key"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_flags_of_docker) {
  const auto flags = docker({"nixbuild", "-D", "--tls"}).docker;
  BOOST_TEST(flags.as_typed.empty());
  BOOST_TEST(!flags.debug);
  BOOST_TEST(!flags.tls.has_value());
  BOOST_TEST(!flags.tls_verify.has_value());
}

BOOST_AUTO_TEST_CASE(help_forms) {
  for (const Words& arguments : {Words{"help", "nixbuild", "build"},
                                 {"--help", "nixbuild", "build"},
                                 {"-h", "nixbuild", "build"},
                                 {"--context", "foo", "help", "nixbuild", "build"}}) {
    const Invocation result = docker(arguments);
    BOOST_TEST(result.kind == Kind::help);
    BOOST_TEST(result.words == Words{"build"}, boost::test_tools::per_element());
    BOOST_TEST(result.docker.as_typed.size() == (arguments.size() == 5 ? 2U : 0U));
  }
}

BOOST_AUTO_TEST_CASE(version_form) {
  BOOST_TEST(docker({"-v", "nixbuild"}).kind == Kind::version);
  BOOST_TEST(alone({"--version"}).kind == Kind::version);
}

BOOST_AUTO_TEST_CASE(bad_flag_of_docker) {
  BOOST_CHECK_EXCEPTION((void)docker({"--nope", "nixbuild"}), Error, [](const Error& error) {
    return nixbuild::exit_code(error.kind()) == 125;
  });
}

BOOST_AUTO_TEST_CASE(standing_alone) {
  const Invocation result = alone({"build", "."});
  BOOST_TEST(result.kind == Kind::command);
  BOOST_TEST(result.words == (Words{"build", "."}), boost::test_tools::per_element());
  BOOST_TEST(result.program == "docker-nixbuild");
  BOOST_TEST(alone({}).words.empty());
}

// A program that docker started, and that starts us, hands on docker's variable.
BOOST_AUTO_TEST_CASE(started_by_another_plugin) {
  BOOST_TEST(docker({"build", "."}).words == (Words{"build", "."}),
             boost::test_tools::per_element());
  BOOST_TEST(docker({"build", "nixbuild"}).words == (Words{"build", "nixbuild"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(completion) {
  const Invocation cobra = docker({"__complete", "nixbuild", "build", ""});
  BOOST_TEST(cobra.kind == Kind::completion);
  BOOST_TEST(cobra.words == (Words{"build", ""}), boost::test_tools::per_element());
  BOOST_TEST(cobra.descriptions);

  const Invocation legacy = alone({"__completeNoDesc", "build", ""});
  BOOST_TEST(legacy.kind == Kind::completion);
  BOOST_TEST(legacy.words == (Words{"build", ""}), boost::test_tools::per_element());
  BOOST_TEST(!legacy.descriptions);

  for (const auto* variable : {"DOCKER_COMPLETION_DESCRIPTIONS", "COBRA_COMPLETION_DESCRIPTIONS"})
    BOOST_TEST(!parse_invocation(Words{"__complete", ""},
                                 Environment(std::map<std::string, std::string>{{variable, "0"},
                                                                                {"PATH", "/bin"}}))
                    .descriptions);
}

BOOST_AUTO_TEST_CASE(hook) {
  BOOST_TEST(docker({"nixbuild", "docker-cli-plugin-hooks", "{}"}).kind == Kind::hook);
  BOOST_TEST(alone({"nixbuild", "docker-cli-plugin-hooks", "{}"}).kind == Kind::hook);
}

BOOST_AUTO_TEST_SUITE_END()
