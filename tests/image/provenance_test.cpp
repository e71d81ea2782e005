#include "image/provenance.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::image;

BOOST_AUTO_TEST_SUITE(provenance)

BOOST_AUTO_TEST_CASE(everything) {
  const std::string commit(40, 'c');
  const Attestation statement =
      provenance_of({.installable = ".#image",
                     .attribute = "packages.x86_64-linux.image",
                     .platform = "linux/amd64",
                     .derivation = "/nix/store/x.drv",
                     .source = "git+https://user:secret@example.org/a?token=secret",
                     .revision = commit,
                     .dirty = true,
                     .lock_digest = std::string(64, 'd'),
                     .inputs = {{"nixpkgs", "https://github.com/NixOS/nixpkgs", commit, "sha256-x"},
                                {"local", "path:/x", "", "sha256-y"}},
                     .builder_id = "urn:me",
                     .nix_version = "2.34.8",
                     .tool_version = "1.2.3",
                     .started = std::chrono::sys_days(std::chrono::year(2024) / 2 / 29),
                     .finished = std::chrono::sys_days(std::chrono::year(2024) / 2 / 29) +
                                 std::chrono::seconds(3661)});
  BOOST_TEST(statement.predicate_type == "https://slsa.dev/provenance/v1");
  BOOST_TEST(!statement.predicate.contains("secret"));
  const std::string expected =
      R"({"buildDefinition":{"buildType":"urn:docker-nixbuild:build:v1",)"
      R"("externalParameters":{"installable":".#image","platform":"linux/amd64"},)"
      R"("internalParameters":{"dirty":true,"attribute":"packages.x86_64-linux.image"},)"
      R"("resolvedDependencies":[)"
      R"({"name":"source","uri":"git+https://example.org/a","digest":{"gitCommit":")" +
      commit + R"("}},{"name":"flake.lock","digest":{"sha256":")" + std::string(64, 'd') +
      R"("}},{"name":"derivation","uri":"/nix/store/x.drv"},)"
      R"({"name":"nixpkgs","uri":"https://github.com/NixOS/nixpkgs","digest":{"gitCommit":")" +
      commit +
      R"("},"annotations":{"narHash":"sha256-x"}},)"
      R"({"name":"local","uri":"path:/x","annotations":{"narHash":"sha256-y"}}]},)"
      R"("runDetails":{"builder":{"id":"urn:me",)"
      R"("version":{"docker-nixbuild":"1.2.3","nix":"2.34.8"}},)"
      R"("metadata":{"startedOn":"2024-02-29T00:00:00Z","finishedOn":"2024-02-29T01:01:01Z"}}})";
  BOOST_TEST((boost::json::parse(statement.predicate) == boost::json::parse(expected)));
}

BOOST_AUTO_TEST_CASE(nothing_is_made_up) {
  const auto predicate = boost::json::parse(provenance_of({.builder_id = "urn:me"}).predicate);
  const auto& definition = predicate.at("buildDefinition").as_object();
  BOOST_TEST(definition.at("externalParameters").as_object().empty());
  BOOST_TEST(definition.at("resolvedDependencies").as_array().empty());
  BOOST_TEST(!predicate.at("runDetails").as_object().contains("metadata"));
  BOOST_TEST(!predicate.at("runDetails").at("builder").as_object().contains("version"));
}

BOOST_AUTO_TEST_SUITE_END()
