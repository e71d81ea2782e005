#include "engine/engine.hpp"
#include "fakes/fake_engine.hpp"
#include "http/socket_client.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

using namespace nixbuild;
using engine::Engine;
using engine::ImageStore;
using fakes::FakeEngine;
using fakes::Profile;
using Reply = FakeEngine::Reply;
using Calls = std::vector<std::string>;

namespace {

Engine engine_at(const FakeEngine& fake, engine::ConnectionOptions options = {}) {
  return {http::unix_connector(fake.socket()), std::move(options)};
}

engine::Load load_of(const std::string& tar) {
  return {.size = tar.size(),
          .write = [=](archive::Sink& sink) { sink.write(std::as_bytes(std::span(tar))); }};
}

void check_fails(const std::function<void()>& operation, ErrorKind kind,
                 const std::string& detail) {
  BOOST_CHECK_EXCEPTION(operation(), Error, [&](const Error& error) {
    BOOST_TEST_MESSAGE(error.message() << " | " << error.detail());
    BOOST_TEST(error.detail() == detail);
    return error.kind() == kind;
  });
}

const std::string digest = "sha256:" + std::string(64, 'a');
const oci::Reference name = *oci::Reference::parse("hello:1");
const auto not_cancelled = CancelToken{};

} // namespace

BOOST_AUTO_TEST_SUITE(engine_api)

BOOST_AUTO_TEST_CASE(facts_are_asked_for_once) {
  const FakeEngine fake(Profile::docker_20_10());
  Engine engine = engine_at(fake);
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(engine.facts(not_cancelled).api.str() == "1.41");
    BOOST_CHECK(engine.facts(not_cancelled).store == ImageStore::graph_driver);
  }
  BOOST_TEST(fake.calls().size() == 2U);
  BOOST_TEST(fake.connections() == 2); // side by side
}

BOOST_AUTO_TEST_CASE(engine_that_hangs_is_not_waited_for_for_ever) {
  FakeEngine fake(Profile::docker_28());
  Engine engine = engine_at(fake, {.answer_limit = std::chrono::milliseconds(20)});
  (void)engine.facts(not_cancelled);
  fake.on("GET", "/images/" + digest + "/json", Reply{.hold = true});
  check_fails([&] { (void)engine.inspect_image(digest, not_cancelled); }, ErrorKind::unavailable,
              "");
}

BOOST_AUTO_TEST_CASE(every_request_has_base_path_version_and_headers) {
  FakeEngine fake;
  Engine engine = engine_at(
      fake, {.base_path = "/base",
             .headers = {{"X-Team", "blue"}, {"user-agent", "mine"}, {"Content-Type", "no"}},
             .api_ceiling = engine::ApiVersion{1, 40}});
  const Profile profile;
  fake.introduce_as(profile);
  for (const char* path : {"/version", "/info"})
    fake.on("GET", std::string("/base") + path, [path](const fakes::ReceivedRequest&) {
      return Reply{
          .body =
              path == std::string("/info")
                  ? R"({"Architecture":"x86_64"})"
                  : R"({"ApiVersion":"1.51","MinAPIVersion":"1.24","Os":"linux","Arch":"amd64"})"};
    });
  fake.on("POST", "/base/v1.40/images/load", Reply{.body = ""});
  (void)engine.inspect_image(digest, not_cancelled);
  (void)engine.load_images(load_of("tar"), not_cancelled);
  const auto requests = fake.requests();
  for (const auto& request : requests) {
    BOOST_TEST(request.target.starts_with("/base/"));
    BOOST_TEST(request.headers.at("x-team") == "blue");
    BOOST_TEST(request.headers.at("user-agent").starts_with("docker-nixbuild/"));
    BOOST_TEST(request.headers.at("host") == "api.moby.localhost");
  }
  BOOST_TEST(requests.back().headers.at("content-type") == "application/x-tar");
  BOOST_TEST(requests.back().target.starts_with("/base/v1.40/images/load"));
}

BOOST_AUTO_TEST_CASE(engine_that_refuses_to_introduce_itself) {
  FakeEngine fake(Profile::docker_28());
  fake.on("GET", "/info", Reply{.status = 403, .body = "Forbidden\n"});
  Engine engine = engine_at(fake);
  check_fails([&] { (void)engine.facts(not_cancelled); }, ErrorKind::refused, "Forbidden\n");
  fake.introduce_as(Profile::docker_28());
  fake.on("GET", "/version", Reply{.body = "<html>"});
  check_fails([&] { (void)engine.facts(not_cancelled); }, ErrorKind::corrupt, "");
}

BOOST_AUTO_TEST_CASE(inspect_image) {
  FakeEngine fake(Profile::docker_28());
  Engine engine = engine_at(fake);
  BOOST_TEST(!engine.inspect_image(digest, not_cancelled).has_value());

  fake.on("GET", "/images/" + digest + "/json",
          Reply{.body = R"({"Id":")" + digest + R"(","RepoTags":["a:1","b:2"],"RootFS":)" +
                        R"({"Type":"layers","Layers":[")" + digest + R"(","nonsense"]}})"});
  const auto details = engine.inspect_image(digest, not_cancelled);
  BOOST_REQUIRE(details.has_value());
  BOOST_TEST(details->id == digest);
  BOOST_CHECK(details->repo_tags == (Calls{"a:1", "b:2"}));
  BOOST_TEST(details->diff_ids.size() == 1U);
}

BOOST_AUTO_TEST_CASE(inspect_of_what_has_no_layers_or_tags) {
  FakeEngine fake(Profile::docker_28());
  Engine engine = engine_at(fake);
  fake.on("GET", "/images/x/json", Reply{.body = R"({"Id":"sha256:1","RepoTags":null})"});
  const auto details = engine.inspect_image("x", not_cancelled);
  BOOST_REQUIRE(details.has_value());
  BOOST_TEST(details->repo_tags.empty());
  BOOST_TEST(details->diff_ids.empty());
}

BOOST_AUTO_TEST_CASE(inspect_with_bad_answers) {
  FakeEngine fake(Profile::docker_28());
  Engine engine = engine_at(fake);
  const auto inspect = [&] { (void)engine.inspect_image("x", not_cancelled); };
  for (const std::string body : {"", "[]", "{}", R"({"Id":1})", R"({"Id":"a")"}) {
    fake.on("GET", "/images/x/json", Reply{.body = body});
    check_fails(inspect, ErrorKind::corrupt, "");
  }
  fake.on("GET", "/images/x/json", Reply{.status = 500, .body = R"({"message":"broken"})"});
  check_fails(inspect, ErrorKind::refused, "broken");
}

BOOST_AUTO_TEST_CASE(load_images) {
  FakeEngine fake(Profile::docker_28());
  Engine engine = engine_at(fake);
  fake.on("POST", "/images/load",
          Reply{.body = "{\"stream\":\"Loaded image: a:1\\n\"}\r\n",
                .framing = Reply::Framing::chunked,
                .piece = 3});
  const std::string tar(1'000'000, 't');
  BOOST_CHECK(engine.load_images(load_of(tar), not_cancelled) == (Calls{"Loaded image: a:1"}));
  const auto request = fake.requests().back();
  BOOST_TEST(request.query == "quiet=0");
  BOOST_TEST(request.headers.at("content-type") == "application/x-tar");
  BOOST_CHECK(request.body == tar);
}

BOOST_AUTO_TEST_CASE(load_names_the_platform_to_engines_that_check_it) {
  for (const std::string api : {"1.47", "1.48"}) {
    FakeEngine fake;
    Profile profile = Profile::docker_28_containerd();
    profile.api = api;
    fake.introduce_as(profile);
    fake.on("POST", "/images/load", Reply{});
    Engine engine = engine_at(fake);
    engine::Load load = load_of("tar");
    load.platform = *oci::Platform::parse("linux/arm/v7");
    (void)engine.load_images(load, not_cancelled);
    const std::string platform =
        "&platform=%7B%22os%22%3A%22linux%22%2C%22architecture%22%3A%22arm%22%2C"
        "%22variant%22%3A%22v7%22%7D";
    BOOST_TEST(fake.requests().back().query == "quiet=0" + (api == "1.48" ? platform : ""));
  }
}

BOOST_AUTO_TEST_CASE(load_that_fails) {
  FakeEngine fake(Profile::docker_28());
  Engine engine = engine_at(fake);
  const auto load = [&](const Reply& reply) {
    fake.on("POST", "/images/load", reply);
    return [&] { (void)engine.load_images(load_of(std::string(5'000'000, 't')), not_cancelled); };
  };
  check_fails(load({.body = R"({"errorDetail":{"message":"bad tar"},"error":"bad tar"})"}),
              ErrorKind::refused, "bad tar");
  check_fails(load({.body = R"({"error":"write: no space left on device"})", .read_only = 1000}),
              ErrorKind::no_space, "write: no space left on device");
  check_fails(load({.body = R"({"stream":"Error unpacking image x: gone"})"}), ErrorKind::refused,
              "Error unpacking image x: gone");
  check_fails(load({.status = 500, .body = R"({"cause":"c","message":"m: c","response":500})"}),
              ErrorKind::refused, "m: c");
  check_fails(load({.status = 500, .body = R"({"message":"early"})", .read_only = 0}),
              ErrorKind::refused, "early");
}

BOOST_AUTO_TEST_CASE(load_whose_answer_is_cut_short_anywhere_is_no_success) {
  FakeEngine fake(Profile::docker_28());
  Engine engine = engine_at(fake);
  const std::string body = "{\"stream\":\"Loaded image: a:1\\n\"}\r\n";
  for (const auto framing : {Reply::Framing::content_length, Reply::Framing::chunked}) {
    for (std::size_t size = 0; size < 100; ++size) {
      Reply reply{.body = body, .framing = framing, .send_only = size};
      fake.on("POST", "/images/load", reply);
      try {
        (void)engine.load_images(load_of("tar"), not_cancelled);
        // The fake had sent everything, then.
        BOOST_TEST(size >= body.size() + 38);
      } catch (const Error& error) {
        BOOST_CHECK(error.kind() == ErrorKind::unavailable);
      }
    }
  }
  // Ended properly as far as HTTP can tell, and still inside a message.
  for (std::size_t size = 1; size < body.size() - 2; ++size) {
    fake.on("POST", "/images/load",
            Reply{.body = body.substr(0, size), .framing = Reply::Framing::until_close});
    BOOST_CHECK_THROW((void)engine.load_images(load_of("tar"), not_cancelled), Error);
  }
}

BOOST_AUTO_TEST_CASE(writer_that_fails_leaves_the_engine_usable) {
  FakeEngine fake(Profile::docker_28());
  fake.on("POST", "/images/load", Reply{});
  Engine engine = engine_at(fake);
  engine::Load load = load_of("tar");
  load.size = 1000;
  load.write = [](archive::Sink&) { throw Error(ErrorKind::corrupt, "layer 1 lies"); };
  check_fails([&] { (void)engine.load_images(load, not_cancelled); }, ErrorKind::corrupt, "");
  BOOST_TEST(!engine.inspect_image(digest, not_cancelled).has_value());
  // The fake may see the broken connection later than the next one.
  for (const fakes::ReceivedRequest& request : fake.requests())
    BOOST_TEST((request.method == "GET" || !request.whole));
}

BOOST_AUTO_TEST_CASE(tag_image) {
  FakeEngine fake(Profile::docker_28());
  fake.on("POST", "/images/" + digest + "/tag", Reply{.status = 201});
  Engine engine = engine_at(fake);
  engine.tag_image(digest, name, not_cancelled);
  BOOST_TEST(fake.requests().back().query == "repo=docker.io%2Flibrary%2Fhello&tag=1");
  fake.on("POST", "/images/" + digest + "/tag",
          Reply{.status = 404, .body = R"({"message":"No such image"})"});
  check_fails([&] { engine.tag_image(digest, name, not_cancelled); }, ErrorKind::not_found,
              "No such image");
  fake.on("POST", "/images/" + digest + "/tag",
          Reply{.status = 500, .body = R"({"message":"read-only"})"});
  check_fails([&] { engine.tag_image(digest, name, not_cancelled); }, ErrorKind::refused,
              "read-only");
}

BOOST_AUTO_TEST_CASE(name_without_a_tag_cannot_be_given) {
  const FakeEngine fake(Profile::docker_28());
  Engine engine = engine_at(fake);
  const auto by_digest = *oci::Reference::parse("hello@" + digest);
  check_fails([&] { engine.tag_image(digest, by_digest, not_cancelled); }, ErrorKind::invalid_input,
              "");
}

BOOST_AUTO_TEST_CASE(remove_image) {
  FakeEngine fake(Profile::docker_28());
  Engine engine = engine_at(fake);
  const auto remove = [&](int status) {
    fake.on("DELETE", "/images/" + digest, Reply{.status = status, .body = R"({"message":"m"})"});
    return engine.remove_image(digest, not_cancelled);
  };
  BOOST_TEST(remove(200));
  BOOST_TEST(fake.requests().back().query == "noprune=1");
  BOOST_TEST(!remove(404));
  BOOST_TEST(!remove(409));
  check_fails([&] { (void)remove(500); }, ErrorKind::refused, "m");
}

BOOST_AUTO_TEST_CASE(nobody_answers) {
  const TempDir directory;
  Engine engine(http::unix_connector(directory.path() / "absent"), {});
  BOOST_CHECK_EXCEPTION((void)engine.facts(not_cancelled), Error,
                        [](const Error& error) { return error.kind() == ErrorKind::unavailable; });
}

BOOST_AUTO_TEST_SUITE_END()
