#include "image/closures.hpp"
#include "image/sbom.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::image;

namespace {

const std::string a_hash(32, 'a');
const std::string b_hash(32, 'b');
const std::string hello = "/nix/store/" + a_hash + "-hello-2.12.1";
const std::string libc = "/nix/store/" + b_hash + "-glibc+x-2.39-52";

nix::Closure closure() {
  return tests::closure_of({{.path = hello, .references = {1}}, {.path = libc}});
}

SbomFacts facts() {
  return {.image_name = "hello:latest",
          .config_digest = oci::Digest::from_hex(std::string(64, '7')),
          .created = std::chrono::sys_seconds(std::chrono::seconds(1)),
          .tool = "docker-nixbuild-1.2.3",
          .packages = {}};
}

boost::json::object document(const SbomFacts& values) {
  return boost::json::parse(sbom_of(closure(), values).predicate).as_object();
}

std::string text(const boost::json::value& value) {
  return boost::json::value_to<std::string>(value);
}

std::string parsed(const std::string& name) {
  const PackageFacts package = parse_package_name(name);
  return package.name + "|" + package.version;
}

} // namespace

BOOST_AUTO_TEST_SUITE(sbom)

BOOST_AUTO_TEST_CASE(names_as_nix_parses_them) {
  BOOST_TEST(parsed("hello-2.12.1") == "hello|2.12.1");
  BOOST_TEST(parsed("nix-0.12pre12876") == "nix|0.12pre12876");
  BOOST_TEST(parsed("bash-interactive-5.2p26-dev") == "bash-interactive|5.2p26-dev");
  BOOST_TEST(parsed("a-b-c") == "a-b-c|");
  BOOST_TEST(parsed("a-") == "a-|");
  BOOST_TEST(parsed("a--1") == "a|-1");
  BOOST_TEST(parsed("source") == "source|");
}

BOOST_AUTO_TEST_CASE(the_document) {
  const auto spdx = document(facts());
  BOOST_TEST(sbom_of(closure(), facts()).predicate_type == "https://spdx.dev/Document");
  BOOST_TEST(text(spdx.at("spdxVersion")) == "SPDX-2.3");
  BOOST_TEST(text(spdx.at("SPDXID")) == "SPDXRef-DOCUMENT");
  BOOST_TEST(text(spdx.at("name")) == "hello:latest");
  BOOST_TEST(text(spdx.at("documentNamespace")).ends_with(std::string(64, '7')));
  BOOST_TEST(text(spdx.at("creationInfo").at("created")) == "1970-01-01T00:00:01Z");
  BOOST_TEST(text(spdx.at("creationInfo").at("creators").at(0)) == "Tool: docker-nixbuild-1.2.3");
  BOOST_TEST(sbom_of(closure(), facts()).predicate == sbom_of(closure(), facts()).predicate);
}

BOOST_AUTO_TEST_CASE(a_package_for_each_path) {
  const auto packages = document(facts()).at("packages").as_array();
  BOOST_REQUIRE(packages.size() == 3U);
  BOOST_TEST(text(packages[0].at("SPDXID")) == "SPDXRef-Image");
  const auto& package = packages[1];
  BOOST_TEST(text(package.at("SPDXID")) == "SPDXRef-" + a_hash);
  BOOST_TEST(text(package.at("name")) == "hello");
  BOOST_TEST(text(package.at("versionInfo")) == "2.12.1");
  BOOST_TEST(text(package.at("sourceInfo")) == hello);
  BOOST_TEST(text(package.at("checksums").at(0).at("checksumValue")) == std::string(64, '0'));
  BOOST_TEST(text(package.at("licenseDeclared")) == "NOASSERTION");
  BOOST_TEST(!package.as_object().contains("homepage"));
  BOOST_TEST(text(package.at("externalRefs").at(0).at("referenceLocator")) ==
             "pkg:nix/hello@2.12.1");
  BOOST_TEST(text(packages[2].at("externalRefs").at(0).at("referenceLocator")) ==
             "pkg:nix/glibc%2Bx@2.39-52");
}

BOOST_AUTO_TEST_CASE(known_facts_count) {
  SbomFacts known = facts();
  known.packages[hello] = {.name = "GNU Hello",
                           .version = "2",
                           .licence = "GPL-3.0-or-later",
                           .homepage = "https://gnu.org/hello"};
  known.packages[libc] = {
      .name = {}, .version = {}, .licence = "what\"ever", .homepage = "javascript:x"};
  const auto packages = document(known).at("packages").as_array();
  BOOST_TEST(text(packages[1].at("name")) == "GNU Hello");
  BOOST_TEST(text(packages[1].at("versionInfo")) == "2");
  BOOST_TEST(text(packages[1].at("licenseDeclared")) == "GPL-3.0-or-later");
  BOOST_TEST(text(packages[1].at("homepage")) == "https://gnu.org/hello");
  BOOST_TEST(text(packages[2].at("name")) == "glibc+x");
  BOOST_TEST(text(packages[2].at("licenseDeclared")) == "NOASSERTION");
  BOOST_TEST(!packages[2].as_object().contains("homepage"));
}

BOOST_AUTO_TEST_CASE(what_refers_to_what) {
  std::string all;
  const auto spdx = document(facts());
  for (const auto& one : spdx.at("relationships").as_array())
    all += text(one.at("spdxElementId")) + " " + text(one.at("relationshipType")) + " " +
           text(one.at("relatedSpdxElement")) + "\n";
  BOOST_TEST(all == "SPDXRef-DOCUMENT DESCRIBES SPDXRef-Image\n"
                    "SPDXRef-Image CONTAINS SPDXRef-" +
                        a_hash + "\nSPDXRef-Image CONTAINS SPDXRef-" + b_hash + "\nSPDXRef-" +
                        a_hash + " DEPENDS_ON SPDXRef-" + b_hash + "\n");
}

BOOST_AUTO_TEST_SUITE_END()
