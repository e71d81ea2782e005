#include "engine/containers.hpp"
#include "engine/engine.hpp"
#include "fakes/fake_engine.hpp"
#include "http/socket_client.hpp"
#include "support/error.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>

using namespace nixbuild;
using engine::Engine;
using engine::Mount;
using fakes::FakeEngine;
using fakes::Profile;
using fakes::refusing;
using Reply = FakeEngine::Reply;

namespace json = boost::json;

namespace {

const auto not_cancelled = CancelToken{};

// A client of a scripted engine.
class Fixture {
public:
  FakeEngine fake{Profile::docker_28()};
  Engine engine{http::unix_connector(fake.socket()), {}};

  [[nodiscard]] fakes::ReceivedRequest last() const { return fake.requests().back(); }
};

void check_refused(const std::function<void()>& operation, const std::string& detail) {
  BOOST_CHECK_EXCEPTION(operation(), Error, [&](const Error& error) {
    BOOST_TEST(error.detail() == detail);
    return error.kind() == ErrorKind::refused;
  });
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(containers, Fixture)

BOOST_AUTO_TEST_CASE(container_is_described) {
  fake.on(
      "GET", "/containers/one/json",
      Reply{.body =
                R"({"Id":"abc","State":{"Status":"running","Running":true},)"
                R"("Config":{"Image":"me/a:1","Labels":{"a":"1","odd":2}},"Image":"sha256:1"})"});
  const auto details = engine.inspect_container("one", not_cancelled);
  BOOST_REQUIRE(details.has_value());
  BOOST_TEST(details->id == "abc");
  BOOST_TEST(details->image == "me/a:1");
  BOOST_TEST(details->image_id == "sha256:1");
  BOOST_TEST(details->running);
  BOOST_CHECK((details->labels == engine::Labels{{"a", "1"}}));
  BOOST_TEST(!engine.inspect_container("another", not_cancelled).has_value());
}

BOOST_AUTO_TEST_CASE(containers_are_listed_by_label) {
  fake.on("GET", "/containers/json",
          Reply{.body = R"([{"Id":"a","Names":["/one"],"ImageID":"sha256:1","State":"paused",)"
                        R"("Labels":{"l":"v"}},{"Id":"b","Labels":{"l":"w"}},{"Id":"c"},1])"});
  const auto found = engine.containers_with_label("l", "v", not_cancelled);
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST(found.front().id == "a");
  BOOST_TEST(found.front().name == "one");
  BOOST_TEST(found.front().image_id == "sha256:1");
  BOOST_TEST(found.front().running);
  BOOST_TEST(last().query.contains("all=1&filters="));
  fake.on("GET", "/containers/json", Reply{.body = "{}"});
  BOOST_CHECK_THROW((void)engine.containers_with_label("l", "v", not_cancelled), Error);
}

BOOST_AUTO_TEST_CASE(ids_are_compared_without_their_algorithm) {
  BOOST_TEST(engine::is_same_id("sha256:ab", "ab"));
  BOOST_TEST(engine::is_same_id("sha256:ab", "sha256:ab"));
  BOOST_TEST(!engine::is_same_id("sha256:ab", "sha256:a"));
}

BOOST_AUTO_TEST_CASE(all_containers_are_listed) {
  fake.on("GET", "/containers/json", Reply{.body = R"([{"Id":"a"},{"Id":"b"},{}])"});
  BOOST_TEST(engine.containers(not_cancelled).size() == 2U);
  BOOST_TEST(last().query == "all=1");
}

BOOST_AUTO_TEST_CASE(path_in_a_container_is_described) {
  // {"name":"tmp","size":4096,"mode":2148532735,"mtime":"…","linkTarget":""}
  fake.on("HEAD", "/containers/one/archive",
          Reply{.headers = {{"X-Docker-Container-Path-Stat",
                             "eyJuYW1lIjoidG1wIiwic2l6ZSI6NDA5NiwibW9kZSI6MjE0ODUzMjczNSwibGlua1Rh"
                             "cmdldCI6ImEifQ=="}}});
  const auto stat = engine.stat_in_container("one", "/tmp", not_cancelled);
  BOOST_REQUIRE(stat.has_value());
  BOOST_TEST(stat->permissions == 01777U);
  BOOST_TEST(stat->link_target == "a");
  BOOST_TEST(last().query == "path=%2Ftmp");
  fake.on("HEAD", "/containers/one/archive", Reply{});
  BOOST_CHECK_THROW((void)engine.stat_in_container("one", "/tmp", not_cancelled), Error);
  fake.on("HEAD", "/containers/one/archive", Reply{.status = 404});
  BOOST_TEST(!engine.stat_in_container("one", "/tmp", not_cancelled).has_value());
}

BOOST_AUTO_TEST_CASE(files_of_a_container_come_as_a_tar) {
  fake.on("GET", "/containers/one/archive", Reply{.body = "tar"});
  BOOST_TEST(engine.container_archive("one", "/bin/sh", not_cancelled).value_or("") == "tar");
  BOOST_TEST(last().query == "path=%2Fbin%2Fsh");
  fake.on("GET", "/containers/one/archive", refusing(404, "no such file"));
  BOOST_TEST(!engine.container_archive("one", "/bin/sh", not_cancelled).has_value());
}

BOOST_AUTO_TEST_CASE(description_without_labels_is_read) {
  fake.on(
      "GET", "/containers/one/json",
      Reply{.body =
                R"({"Id":"abc","State":{"Status":"exited","ExitCode":3},"Config":{"Labels":null},)"
                R"("HostConfig":{"Runtime":"runc"}})"});
  const auto details = engine.inspect_container("one", not_cancelled);
  BOOST_TEST(details.value().status == "exited");
  BOOST_TEST(details->exit_code == 3);
  BOOST_TEST(details->runtime == "runc");
  BOOST_TEST(!details->running);
  BOOST_TEST(details->labels.empty());
}

BOOST_AUTO_TEST_CASE(description_that_is_none_is_corrupt) {
  fake.on("GET", "/containers/one/json", Reply{.body = "[]"});
  BOOST_CHECK_EXCEPTION((void)engine.inspect_container("one", not_cancelled), Error,
                        [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
}

BOOST_AUTO_TEST_CASE(container_is_created_as_it_is_wanted) {
  fake.on("POST", "/containers/create", Reply{.status = 201, .body = R"({"Id":"abc"})"});
  const engine::ContainerSpec spec{
      .image = "sha256:1",
      .entrypoint = {"sh", "-c", "sleep 1"},
      .environment = {"A=b c"},
      .labels = {{"name", "value"}},
      .mounts = {{.kind = Mount::Kind::volume, .source = "store", .target = "/nix"},
                 {.kind = Mount::Kind::bind, .source = "/run/a.sock", .target = "/run/b.sock"}},
      .network = "host",
      .privileged = true};
  BOOST_TEST(engine.create_container("a name", spec, not_cancelled));
  BOOST_TEST(last().query == "name=a%20name");
  BOOST_TEST(last().headers.at("content-type") == "application/json");
  BOOST_TEST(json::parse(last().body) == json::parse(R"({
    "Image": "sha256:1", "Entrypoint": ["sh", "-c", "sleep 1"], "Cmd": [], "Env": ["A=b c"],
    "Labels": {"name": "value"},
    "HostConfig": {"Mounts": [
        {"Type": "volume", "Source": "store", "Target": "/nix"},
        {"Type": "bind", "Source": "/run/a.sock", "Target": "/run/b.sock"}],
      "Privileged": true, "NetworkMode": "host"}})"));
}

BOOST_AUTO_TEST_CASE(taken_name_is_an_answer_and_a_refusal_an_error) {
  fake.once("POST", "/containers/create", refusing(409, "name in use"));
  BOOST_TEST(!engine.create_container("one", {}, not_cancelled));
  fake.once("POST", "/containers/create", refusing(403, "docker socket mount denied"));
  check_refused([&] { (void)engine.create_container("one", {}, not_cancelled); },
                "docker socket mount denied");
}

BOOST_AUTO_TEST_CASE(container_is_started_once) {
  fake.once("POST", "/containers/one/start", Reply{.status = 204});
  BOOST_TEST(engine.start_container("one", not_cancelled));
  fake.once("POST", "/containers/one/start", Reply{.status = 304});
  BOOST_TEST(engine.start_container("one", not_cancelled));
  fake.once("POST", "/containers/one/start", refusing(404, "No such container: one"));
  BOOST_TEST(!engine.start_container("one", not_cancelled));
  const std::string no_program = "exec: \"sh\": executable file not found in $PATH";
  fake.once("POST", "/containers/one/start", refusing(404, no_program));
  check_refused([&] { (void)engine.start_container("one", not_cancelled); }, no_program);
}

BOOST_AUTO_TEST_CASE(container_is_removed_though_it_runs) {
  fake.once("DELETE", "/containers/one", Reply{.status = 204});
  BOOST_TEST(engine.remove_container("one", not_cancelled));
  BOOST_TEST(last().query == "force=1");
  fake.once("DELETE", "/containers/one", refusing(409, "removal is already in progress"));
  BOOST_TEST(!engine.remove_container("one", not_cancelled));
  BOOST_TEST(!engine.remove_container("another", not_cancelled));
}

BOOST_AUTO_TEST_CASE(volume_is_created_described_and_removed) {
  fake.on("POST", "/volumes/create", Reply{.status = 201, .body = "{}"});
  engine.create_volume("store", {{"image", "sha256:1"}}, not_cancelled);
  BOOST_TEST(json::parse(last().body) ==
             json::parse(R"({"Name": "store", "Labels": {"image": "sha256:1"}})"));
  fake.on("GET", "/volumes/store", Reply{.body = R"({"Name":"store","Labels":{"a":"b"}})"});
  BOOST_CHECK(
      (engine.inspect_volume("store", not_cancelled).value().labels == engine::Labels{{"a", "b"}}));
  BOOST_TEST(!engine.inspect_volume("another", not_cancelled).has_value());
  fake.once("DELETE", "/volumes/store", Reply{.status = 204});
  BOOST_TEST(engine.remove_volume("store", not_cancelled));
  BOOST_TEST(!engine.remove_volume("another", not_cancelled));
  fake.once("DELETE", "/volumes/store", refusing(409, "volume is in use"));
  check_refused([&] { (void)engine.remove_volume("store", not_cancelled); }, "volume is in use");
}

BOOST_AUTO_TEST_CASE(volumes_with_a_label) {
  fake.on("GET", "/volumes", Reply{.body = R"({"Volumes":null})"});
  BOOST_TEST(engine.volumes_with_label("a", not_cancelled).empty());
  BOOST_TEST(last().query == "filters=%7B%22label%22%3A%5B%22a%22%5D%7D");
  // One that filters nothing.
  fake.on(
      "GET", "/volumes",
      Reply{.body = R"({"Volumes":[{"Name":"x","Labels":{"a":"1"}},{"Name":"y","Labels":null}]})"});
  const auto volumes = engine.volumes_with_label("a", not_cancelled);
  BOOST_REQUIRE(volumes.size() == 1U);
  BOOST_TEST(volumes.front().name == "x");
  fake.on("GET", "/volumes", Reply{.body = "[]"});
  BOOST_CHECK_THROW((void)engine.volumes_with_label("a", not_cancelled), nixbuild::Error);
}

BOOST_AUTO_TEST_CASE(images_without_a_name) {
  fake.on(
      "GET", "/images/json",
      Reply{.body = R"([{"Id":"sha256:a","RepoTags":[],"Size":7},{"Id":"sha256:b","RepoTags":null},
                            {"Id":"sha256:c","RepoTags":["<none>:<none>"],"Size":-1},
                            {"Id":"sha256:d","RepoTags":["x:1"]},{"RepoTags":[]}])"});
  const auto images = engine.nameless_images(not_cancelled);
  BOOST_REQUIRE(images.size() == 3U); // one that filters nothing
  BOOST_TEST(images[0].id == "sha256:a");
  BOOST_TEST(images[0].size == 7U);
  BOOST_TEST(images[2].size == 0U);
  BOOST_TEST(last().query == "filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D");
}

BOOST_AUTO_TEST_CASE(pulled_image_is_named_by_tag_or_digest) {
  fake.on("POST", "/images/create", Reply{.body = R"({"status":"Pulling from nixos/nix"})"});
  engine.pull_image(*oci::Reference::parse("nixos/nix:2"), {}, not_cancelled);
  BOOST_TEST(last().query == "fromImage=docker.io%2Fnixos%2Fnix&tag=2");
  const std::string digest = "sha256:" + std::string(64, 'a');
  engine.pull_image(*oci::Reference::parse("nixos/nix@" + digest), {}, not_cancelled);
  BOOST_TEST(last().query.ends_with("&tag=sha256%3A" + std::string(64, 'a')));
}

BOOST_AUTO_TEST_CASE(pull_tells_how_far_it_is) {
  fake.on("POST", "/images/create",
          Reply{.body = R"({"status":"Downloading","id":"abc","progressDetail":)"
                        R"({"current":10,"total":20}})"});
  std::string told;
  engine.pull_image(
      *oci::Reference::parse("nixos/nix:2"),
      [&](std::string_view layer, std::uint64_t done, std::uint64_t all) {
        told = std::string(layer) + " " + std::to_string(done) + " " + std::to_string(all);
      },
      not_cancelled);
  BOOST_TEST(told == "abc 10 20");
}

BOOST_AUTO_TEST_CASE(pull_that_fails_on_the_way_is_refused) {
  fake.on(
      "POST", "/images/create",
      Reply{.body = R"({"errorDetail":{"message":"toomanyrequests"},"error":"toomanyrequests"})"});
  check_refused(
      [&] { engine.pull_image(*oci::Reference::parse("nixos/nix:2"), {}, not_cancelled); },
      "toomanyrequests");
  fake.on("POST", "/images/create", refusing(404, "manifest unknown"));
  check_refused(
      [&] { engine.pull_image(*oci::Reference::parse("nixos/nix:2"), {}, not_cancelled); },
      "manifest unknown");
}

BOOST_AUTO_TEST_SUITE_END()
