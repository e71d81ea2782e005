#include "registry/errors.hpp"
#include "repository_fixture.hpp"

using namespace nixbuild;
using namespace nixbuild::registry;
using namespace nixbuild::registry::testing;
using fakes::WebReply;
using oci::Digest;

namespace {

const std::string index_type = "application/vnd.oci.image.index.v1+json";

} // namespace

BOOST_FIXTURE_TEST_SUITE(manifests, RepositoryFixture)

BOOST_AUTO_TEST_CASE(put_and_found) {
  const auto repository = open();
  BOOST_TEST(!repository->find_manifest("v1", {}));
  BOOST_TEST(!repository->stat_manifest("v1", {}));
  repository->put_manifest("v1", index_type, "{}", {});
  const auto found = repository->find_manifest("v1", {});
  BOOST_REQUIRE(found);
  BOOST_TEST(found->text == "{}");
  BOOST_TEST(found->media_type == index_type);
  BOOST_TEST(found->digest.str() == Digest::of("{}").str());
  const auto there = repository->stat_manifest(found->digest.str(), {});
  BOOST_REQUIRE(there);
  BOOST_TEST(there->text.empty());
  BOOST_TEST(there->digest.str() == found->digest.str());
  BOOST_TEST(web.requests().back().header("Accept").find(index_type) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(registries_without_the_digest_header) {
  memory.manifests["v1"] = "{}";
  before = [&](const fakes::WebRequest& request) {
    return WebReply{.body = request.method == "HEAD" ? "" : "{}"};
  };
  const auto there = open()->stat_manifest("v1", {});
  BOOST_REQUIRE(there);
  BOOST_TEST(there->digest.str() == Digest::of("{}").str());
  BOOST_TEST(there->text.empty());
}

BOOST_AUTO_TEST_CASE(another_digest_than_asked_for_is_corrupt) {
  const std::string wanted = Digest::of("wanted").str();
  memory.manifests[wanted] = "{}";
  memory.blobs[wanted] = "{}";
  check_error([&] { (void)open()->find_manifest(wanted, {}); }, ErrorKind::corrupt, wanted);
  check_error([&] { (void)open()->stat_manifest(wanted, {}); }, ErrorKind::corrupt, wanted);
  check_error([&] { (void)open()->blob(Digest::of("wanted"), 100, {}); }, ErrorKind::corrupt,
              wanted);
  before = [&](const auto&) {
    return WebReply{.status = 201, .headers = {{"Docker-Content-Digest", wanted}}};
  };
  check_error([&] { open()->put_manifest("v1", index_type, "{}", {}); }, ErrorKind::corrupt,
              wanted);
}

BOOST_AUTO_TEST_CASE(answers_have_limits) {
  const std::string blob = text_of(100);
  memory.blobs[Digest::of(blob).str()] = blob;
  BOOST_TEST(open()->blob(Digest::of(blob), 100, {}) == blob);
  check_error([&] { (void)open()->blob(Digest::of(blob), 99, {}); }, ErrorKind::corrupt, "larger");
}

BOOST_AUTO_TEST_CASE(redirects_are_followed_without_our_login) {
  credentials.registry_token = "secret";
  const std::string blob = text_of(5);
  std::string target = "https://storage.example/x?signature=1";
  before = [&](const fakes::WebRequest& request) -> std::optional<WebReply> {
    if (request.url.starts_with("https://storage.example/")) return WebReply{.body = blob};
    return WebReply{.status = 307, .headers = {{"Location", target}}};
  };
  BOOST_TEST(open()->blob(Digest::of(blob), 100, {}) == blob);
  BOOST_TEST(web.requests().at(0).header("Authorization") == "Bearer secret");
  BOOST_TEST(web.requests().at(1).header("Authorization").empty());
  target = "http://storage.example/x";
  check_error([&] { (void)open()->blob(Digest::of(blob), 100, {}); }, ErrorKind::refused, "TLS");
  target = "/v2/again";
  check_error([&] { (void)open()->blob(Digest::of(blob), 100, {}); }, ErrorKind::corrupt,
              "circles");
}

BOOST_AUTO_TEST_CASE(refusals_in_words_of_the_registry) {
  const auto answer = [&](int status, const std::string& body) {
    before = [=](const auto&) { return WebReply{.status = status, .body = body}; };
  };
  const auto put = [&](const std::string& type) {
    return [this, type] { open()->put_manifest("v1", type, "{}", {}); };
  };
  answer(403, R"({"errors":[{"code":"DENIED","message":"no","detail":{"a":1}}]})");
  check_error(put("x"), ErrorKind::refused, "DENIED: no {\"a\":1}");
  check_error(put("x"), ErrorKind::refused, "docker login registry.example");
  answer(404, R"({"errors":[{"code":"NAME_UNKNOWN","message":"no repository"}]})");
  check_error(put("x"), ErrorKind::refused, "check the name");
  answer(400, R"({"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown"}]})");
  check_error(put(index_type), ErrorKind::refused, "push again");
  answer(400, R"({"errors":[{"code":"MANIFEST_INVALID","message":"manifest invalid"}]})");
  check_error(put(index_type), ErrorKind::refused, "several platforms");
  answer(404, "");
  check_error(put(index_type), ErrorKind::refused, "several platforms");
  check_error(put("x"), ErrorKind::refused, "check the name");
  answer(415, "<html>no</html>");
  check_error(put(index_type), ErrorKind::refused, "several platforms");
  answer(413, "plain words\x1b[31m");
  check_error(put("x"), ErrorKind::refused, "plain words [31m");
}

BOOST_AUTO_TEST_CASE(answers_of_others_are_no_success) {
  WebReply reply{.status = 200, .body = "<html>Welcome to our hotel</html>"};
  before = [&](const auto&) { return reply; };
  const auto put = [this] { open()->put_manifest("v1", "x", "{}", {}); };
  check_error(put, ErrorKind::refused, "login page");
  reply = {.status = 200, .headers = {{"Docker-Content-Digest", Digest::of("{}").str()}}};
  put();
  reply = {.status = 202, .headers = {{"Location", "/v2/team/app/manifests/v1"}}};
  put();
  reply = {.status = 201};
  put();
}

BOOST_AUTO_TEST_CASE(words) {
  BOOST_TEST(words_of("  <!DOCTYPE html><p>secret</p>").empty());
  BOOST_TEST(words_of("").empty());
  BOOST_TEST(words_of("not found\n") == "not found");
  BOOST_TEST(words_of(R"({"errors":[1,{"code":2},{"code":"A"}]})") == "2\nA");
  BOOST_TEST(words_of(R"({"errors":{}})") == R"({"errors":{}})");
  BOOST_TEST(words_of(std::string(100'000, 'x')).size() == 2000);
  BOOST_TEST(login_hint("docker.io").find("`docker login`") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
