#include "oci/reference.hpp"

#include <boost/test/unit_test.hpp>

using nixbuild::oci::Reference;

namespace {

const std::string hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const std::string digest = "sha256:" + hex;

std::string full(const std::string& text) {
  const auto reference = Reference::parse(text);
  return reference ? reference->str() : "refused: " + reference.error();
}
std::string familiar(const std::string& text) {
  return Reference::parse(text).value().familiar();
}
std::string reason(const std::string& text) {
  const auto reference = Reference::parse(text);
  return reference ? "taken as " + reference->str() : reference.error();
}

} // namespace

BOOST_AUTO_TEST_SUITE(reference)

BOOST_AUTO_TEST_CASE(short_names_are_completed) {
  BOOST_TEST(full("alpine") == "docker.io/library/alpine:latest");
  BOOST_TEST(full("alpine:3") == "docker.io/library/alpine:3");
  BOOST_TEST(full("docker.io/alpine") == "docker.io/library/alpine:latest");
  BOOST_TEST(full("index.docker.io/a/b") == "docker.io/a/b:latest");
  BOOST_TEST(full("a/b") == "docker.io/a/b:latest");
  BOOST_TEST(full("a/b/c:t") == "docker.io/a/b/c:t");
}

BOOST_AUTO_TEST_CASE(first_part_is_a_domain_when_it_looks_like_one) {
  BOOST_TEST(full("localhost/x") == "localhost/x:latest");
  BOOST_TEST(full("localhost:5000/x") == "localhost:5000/x:latest");
  BOOST_TEST(full("ghcr.io/x") == "ghcr.io/x:latest");
  BOOST_TEST(full("HOST/x") == "HOST/x:latest");
  BOOST_TEST(full("xn--7o8h.com/x:y") == "xn--7o8h.com/x:y");
  BOOST_TEST(full("[2001:db8::1]/x") == "[2001:db8::1]/x:latest");
  BOOST_TEST(full("[::1]:5000/x:y") == "[::1]:5000/x:y");
  BOOST_TEST(full("localhost:5000") == "docker.io/library/localhost:5000");
}

BOOST_AUTO_TEST_CASE(digest_replaces_the_default_tag_only) {
  BOOST_TEST(full("alpine@" + digest) == "docker.io/library/alpine@" + digest);
  BOOST_TEST(full("alpine:3@" + digest) == "docker.io/library/alpine:3@" + digest);
}

BOOST_AUTO_TEST_CASE(familiar_form_is_what_people_type) {
  BOOST_TEST(familiar("docker.io/library/alpine:3") == "alpine:3");
  BOOST_TEST(familiar("alpine") == "alpine:latest");
  BOOST_TEST(familiar("docker.io/a/b") == "a/b:latest");
  BOOST_TEST(familiar("library/a/b") == "library/a/b:latest");
  BOOST_TEST(familiar("ghcr.io/library/x") == "ghcr.io/library/x:latest");
  BOOST_TEST(familiar("alpine@" + digest) == "alpine@" + digest);
  BOOST_TEST(Reference::parse("alpine:3")->familiar_repository() == "alpine");
  BOOST_TEST(Reference::parse("alpine:3")->repository() == "docker.io/library/alpine");
}

BOOST_AUTO_TEST_CASE(familiar_form_means_the_same) {
  for (const std::string text :
       {"alpine", "a/b:c", "library/a/b", "localhost/x", "ghcr.io/x/y:1", "[::1]:5000/x", "HOST/x",
        "docker.io/a.b/c", "docker.io/localhost/x"}) {
    BOOST_TEST((Reference::parse(familiar(text)) == Reference::parse(text)), text);
  }
}

BOOST_AUTO_TEST_CASE(separators_of_a_path_component) {
  for (const std::string name :
       {"a.b", "a_b", "a__b", "a-b", "a---b", "a.b_c__d-e", "0", "a/b-c"}) {
    BOOST_TEST(full(name).find("refused") == std::string::npos, name);
  }
  for (const std::string name :
       {"a..b", "a___b", "a._b", "a-.b", "-a", "a-", ".a", "a.", "_a", "a_", "a//b", "a/", "/a",
        "a/b/", "a b", "a+b", "a\n", "\xc3\xa9"}) {
    BOOST_TEST(reason(name) == "invalid reference format", name);
  }
}

BOOST_AUTO_TEST_CASE(tags) {
  BOOST_TEST(full("a:_A.b-9") == "docker.io/library/a:_A.b-9");
  BOOST_TEST(full("a:" + std::string(128, 'x')).find("refused") == std::string::npos);
  for (const std::string tag : {"", "-a", ".a", "a b", "a/b", "a:b", "\xc3\xa9"}) {
    BOOST_TEST(reason("a:" + tag) == "invalid reference format", tag);
  }
  BOOST_TEST(reason("a:" + std::string(129, 'x')) == "invalid reference format");
}

BOOST_AUTO_TEST_CASE(domains_that_are_none) {
  for (const std::string domain : {"-a.b", "a-.b", "a..b", "a.b:", "a.b:x", "a_b.c", "[::1", "[]",
                                   "[::g]", "::1", "[::1]x", ".", ":"}) {
    BOOST_TEST(reason(domain + "/x") == "invalid reference format", domain);
  }
}

BOOST_AUTO_TEST_CASE(reasons_are_dockers) {
  BOOST_TEST(reason("") == "invalid reference format");
  BOOST_TEST(reason("Alpine") == "repository name must be lowercase");
  BOOST_TEST(reason("ghcr.io/Foo:x") == "repository name must be lowercase");
  BOOST_TEST(reason(hex) == "cannot specify 64-byte hexadecimal strings");
  BOOST_TEST(reason("a@sha256:12") == "invalid checksum digest length");
  BOOST_TEST(reason("a@md5:12") == "unsupported digest algorithm");
  BOOST_TEST(reason("a@") == "invalid checksum digest format");
  BOOST_TEST(reason("x/" + std::string(254, 'a')) ==
             "repository name must not be more than 255 characters");
  BOOST_TEST(full("x/" + std::string(253, 'a')).find("refused") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
