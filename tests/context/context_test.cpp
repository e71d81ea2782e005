#include "context/context.hpp"
#include "context/docker_home.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace nixbuild;
using context::Context;
using context::GlobalFlags;
using context::Origin;
using fakes::DockerHome;

namespace {

using Variables = std::map<std::string, std::string>;

Context resolve(const DockerHome& home, const GlobalFlags& flags, Variables variables = {},
                const std::string& current_context = "") {
  variables.emplace("HOME", "/nonexistent");
  return context::resolve_context(flags,
                                  {.directory = home.path(),
                                   .current_context = current_context,
                                   .http_headers = {},
                                   .plugins = {}},
                                  Environment(std::move(variables)));
}

Error error_of(const DockerHome& home, const GlobalFlags& flags, const Variables& variables = {},
               const std::string& current_context = "") {
  try {
    (void)resolve(home, flags, variables, current_context);
  } catch (const Error& error) {
    BOOST_TEST_MESSAGE(error.message() << " [" << error.hint() << "]");
    return error;
  }
  BOOST_FAIL("no error");
  throw;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A folder with the certificates that are named.
class Certificates {
public:
  explicit Certificates(const std::vector<std::string>& names) {
    for (const std::string& name : names)
      write_file_atomically(file(name), "pem");
  }
  [[nodiscard]] std::filesystem::path file(const std::string& name) const {
    return directory_.path() / name;
  }
  [[nodiscard]] std::string path() const { return directory_.path().string(); }

private:
  TempDir directory_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(resolve_context)

BOOST_AUTO_TEST_CASE(precedence) {
  const DockerHome home;
  for (const std::string name : {"by-flag", "by-env", "by-file"})
    home.add_context(name, "unix:///" + name);

  struct Row {
    GlobalFlags flags;
    Variables variables;
    std::string current;
    std::string name;
    Origin origin;
    std::string host;
  };
  const std::string usual = "unix:///var/run/docker.sock";
  const Variables both{{"DOCKER_HOST", "unix:///host"}, {"DOCKER_CONTEXT", "by-env"}};
  const std::vector<Row> table{
      {{}, {}, "", "default", Origin::built_in, usual},
      {{}, {}, "by-file", "by-file", Origin::config_file, "unix:///by-file"},
      {{},
       {{"DOCKER_CONTEXT", "by-env"}},
       "by-file",
       "by-env",
       Origin::docker_context,
       "unix:///by-env"},
      // DOCKER_HOST beats DOCKER_CONTEXT, whatever docker's manual says.
      {{}, both, "by-file", "default", Origin::docker_host, "unix:///host"},
      {{.hosts = {"unix:///flag"}}, both, "by-file", "default", Origin::host_flag, "unix:///flag"},
      {{.context = "by-flag"}, both, "by-file", "by-flag", Origin::context_flag, "unix:///by-flag"},
      // Empty is as good as absent.
      {{.context = ""}, {}, "by-file", "by-file", Origin::config_file, "unix:///by-file"},
      {{},
       {{"DOCKER_HOST", ""}, {"DOCKER_CONTEXT", ""}},
       "by-file",
       "by-file",
       Origin::config_file,
       "unix:///by-file"},
      {{.context = "", .hosts = {"unix:///flag"}},
       {},
       "",
       "default",
       Origin::host_flag,
       "unix:///flag"},
      {{.hosts = {""}},
       {{"DOCKER_HOST", "unix:///host"}},
       "by-file",
       "default",
       Origin::host_flag,
       usual},
      // "default" is not in the store: it is what -H and DOCKER_HOST say.
      {{.context = "default"}, {}, "by-file", "default", Origin::context_flag, usual},
      {{.context = "default"}, both, "by-file", "default", Origin::context_flag, "unix:///host"},
      {{}, {{"DOCKER_CONTEXT", "default"}}, "by-file", "default", Origin::docker_context, usual},
      {{}, {}, "default", "default", Origin::config_file, usual},
  };
  for (const Row& row : table) {
    const auto index = static_cast<std::size_t>(&row - table.data());
    BOOST_TEST_CONTEXT("row " << index) {
      const Context context = resolve(home, row.flags, row.variables, row.current);
      BOOST_TEST(context.name == row.name);
      BOOST_CHECK(context.origin == row.origin);
      BOOST_TEST(context.endpoint.host == row.host);
    }
  }
}

BOOST_AUTO_TEST_CASE(origins_have_the_names_that_people_know) {
  BOOST_TEST(to_string(Origin::context_flag) == "--context");
  BOOST_TEST(to_string(Origin::host_flag) == "--host");
  BOOST_TEST(to_string(Origin::docker_host) == "DOCKER_HOST");
  BOOST_TEST(to_string(Origin::docker_context) == "DOCKER_CONTEXT");
  BOOST_TEST(to_string(Origin::config_file) == "config.json");
  BOOST_TEST(to_string(Origin::built_in) == "default");
}

BOOST_AUTO_TEST_CASE(a_file_called_default_in_the_store_is_ignored) {
  const DockerHome home;
  home.add_context("default", "unix:///wrong");
  BOOST_TEST(resolve(home, {.context = "default"}).endpoint.host == "unix:///var/run/docker.sock");
}

BOOST_AUTO_TEST_CASE(stored_context_is_complete) {
  const DockerHome home;
  home.add_context("lab", "tcp://h:2376");
  home.write(DockerHome::tls_folder("lab") / "ca.pem", "ca");
  // Variables for TLS are about the default context only.
  const Context context =
      resolve(home, {.context = "lab"}, {{"DOCKER_TLS_VERIFY", "1"}, {"DOCKER_CERT_PATH", "/x"}});
  BOOST_TEST(context.description == "about lab");
  BOOST_REQUIRE(context.endpoint.tls.has_value());
  BOOST_TEST(context.endpoint.tls->ca == home.path() / DockerHome::tls_folder("lab") / "ca.pem");
}

BOOST_AUTO_TEST_CASE(contradicting_flags_are_refused) {
  const DockerHome home;
  const Error both = error_of(home, {.context = "default", .hosts = {"unix:///a"}});
  BOOST_CHECK(both.kind() == ErrorKind::invalid_input);
  BOOST_TEST(contains(both.message(), "cannot specify both --host and --context"));
  const Error twice = error_of(home, {.hosts = {"unix:///a", "unix:///b"}});
  BOOST_CHECK(twice.kind() == ErrorKind::invalid_input);
  BOOST_TEST(contains(twice.message(), "only one -H"));
}

BOOST_AUTO_TEST_CASE(context_that_does_not_exist_is_told_with_those_that_do) {
  const DockerHome home;
  home.add_context("zebra", "unix:///z");
  home.add_context("ant", "unix:///a");
  const Error by_flag = error_of(home, {.context = "zebr"});
  BOOST_CHECK(by_flag.kind() == ErrorKind::not_found);
  BOOST_TEST(contains(by_flag.message(), "\"zebr\" (from --context)"));
  BOOST_TEST(contains(by_flag.hint(), "default, ant, zebra"));
  BOOST_TEST(contains(error_of(home, {}, {{"DOCKER_CONTEXT", "x1"}}).message(), "DOCKER_CONTEXT"));
  BOOST_TEST(contains(error_of(home, {}, {}, "x1").message(), "config.json"));
}

BOOST_AUTO_TEST_CASE(impossible_names_are_told_as_such) {
  const DockerHome home;
  for (const std::string name : {"../../etc", "a b", "x", "-x", ".x", "\xc3\xa4h"}) {
    BOOST_TEST(contains(error_of(home, {.context = name}).message(), "none can have that name"));
  }
  for (const std::string name : {"x1", "A.b_c+d-e", "00"}) {
    BOOST_TEST(!contains(error_of(home, {.context = name}).message(), "none can have that name"));
  }
}

BOOST_AUTO_TEST_CASE(host_that_cannot_be_understood_names_its_origin) {
  const DockerHome home;
  BOOST_TEST(contains(error_of(home, {.hosts = {"fd://"}}).message(), "(from --host)"));
  BOOST_TEST(contains(error_of(home, {}, {{"DOCKER_HOST", "foo://x"}}).message(),
                      "\"foo://x\" (from DOCKER_HOST)"));
}

BOOST_AUTO_TEST_CASE(tls_of_the_default_context_is_switched_on_by_any_of_four) {
  const DockerHome home;
  const Certificates all({"ca.pem", "cert.pem", "key.pem"});

  struct Row {
    GlobalFlags flags;
    Variables variables;
    std::optional<bool> skip_verify; // nothing: no TLS at all
  };
  const std::vector<Row> table{
      {{}, {}, std::nullopt},
      {{.tls = true}, {}, true},
      {{.tls_verify = true}, {}, false},
      {{.tls_verify = false}, {}, true},
      {{}, {{"DOCKER_TLS", "1"}}, true},
      {{}, {{"DOCKER_TLS", "0"}}, true},
      {{}, {{"DOCKER_TLS_VERIFY", "1"}}, false},
      {{}, {{"DOCKER_TLS_VERIFY", "0"}}, false},
      {{}, {{"DOCKER_TLS_VERIFY", ""}}, std::nullopt},
      {{.tls = false}, {{"DOCKER_TLS", "1"}}, std::nullopt},
      {{.tls = false}, {{"DOCKER_TLS_VERIFY", "1"}}, false},
      {{.tls_verify = false}, {{"DOCKER_TLS_VERIFY", "1"}}, true},
      {{.tls = true, .tls_verify = true}, {}, false},
  };
  for (const Row& row : table) {
    Variables variables = row.variables;
    variables["DOCKER_CERT_PATH"] = all.path();
    BOOST_TEST_CONTEXT("row " << &row - table.data()) {
      const auto endpoint = resolve(home, row.flags, variables).endpoint;
      BOOST_TEST(endpoint.tls.has_value() == row.skip_verify.has_value());
      // With TLS and no host named, docker goes to its TLS port.
      BOOST_TEST(endpoint.host ==
                 (row.skip_verify ? "tcp://localhost:2376" : "unix:///var/run/docker.sock"));
      if (endpoint.tls && row.skip_verify) {
        BOOST_TEST(endpoint.tls->skip_verify == *row.skip_verify);
        BOOST_TEST(endpoint.tls->ca == all.file("ca.pem"));
        BOOST_TEST(endpoint.tls->cert == all.file("cert.pem"));
        BOOST_TEST(endpoint.tls->key == all.file("key.pem"));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(certificates_are_found_where_docker_config_says_not_where_the_flag_says) {
  const Certificates usual({"ca.pem"});
  const DockerHome home; // what --config named
  const auto endpoint = resolve(home, {.config_directory = home.path().string(), .tls = true},
                                {{"DOCKER_CONFIG", usual.path()}})
                            .endpoint;
  BOOST_REQUIRE(endpoint.tls.has_value());
  BOOST_TEST(endpoint.tls->ca == usual.file("ca.pem"));
  BOOST_TEST(endpoint.tls->cert.empty());
  BOOST_TEST(endpoint.tls->key.empty());
}

BOOST_AUTO_TEST_CASE(missing_certificates) {
  const DockerHome home;
  const Certificates only_ca({"ca.pem"});
  const Certificates no_ca({"cert.pem", "key.pem"});
  const Variables with_ca{{"DOCKER_CERT_PATH", only_ca.path()}};
  const Variables without_ca{{"DOCKER_CERT_PATH", no_ca.path()}};

  const Error missing = error_of(home, {.tls = true}, without_ca);
  BOOST_CHECK(missing.kind() == ErrorKind::not_found);
  BOOST_TEST(contains(missing.message(), no_ca.file("ca.pem").string()));
  // Also for a socket that has no TLS.
  (void)error_of(home, {.hosts = {"unix:///a"}, .tls = true}, without_ca);
  // Cert and key count only where they were asked for by name.
  BOOST_CHECK_NO_THROW((void)resolve(home, {.tls = true}, with_ca));
  (void)error_of(home, {.tls = true, .tls_cert = "/nonexistent/cert.pem"}, with_ca);
  (void)error_of(home, {.tls = true, .tls_key = "/nonexistent/key.pem"}, with_ca);
  // An empty name means the system's authorities.
  BOOST_CHECK_NO_THROW((void)resolve(home, {.tls = true, .tls_ca_cert = ""}, without_ca));
}

BOOST_AUTO_TEST_CASE(tls_is_of_no_use_to_other_schemes) {
  const DockerHome home;
  const Certificates all({"ca.pem"});
  const Variables variables{{"DOCKER_CERT_PATH", all.path()}, {"DOCKER_TLS", "1"}};
  BOOST_TEST(!resolve(home, {.hosts = {"unix:///a"}}, variables).endpoint.tls.has_value());
  BOOST_TEST(!resolve(home, {.hosts = {"ssh://h"}}, variables).endpoint.tls.has_value());
  BOOST_TEST(resolve(home, {.hosts = {"h:1"}}, variables).endpoint.tls.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
