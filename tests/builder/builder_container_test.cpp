#include "builder/builder_container.hpp"
#include "builder/container_way.hpp"
#include "fakes/fake_engine.hpp"
#include "fakes/recording_reporter.hpp"
#include "http/socket_client.hpp"
#include "support/error.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::builder;
using fakes::FakeEngine;
using fakes::Profile;
using fakes::ReceivedRequest;
using fakes::refusing;
using Reply = FakeEngine::Reply;

namespace json = boost::json;

namespace {

const auto not_cancelled = CancelToken{};
constexpr const char* container_path = "/containers/docker-nixbuild-one";
constexpr const char* volume_path = "/volumes/docker-nixbuild-one";

json::object labels_of(const std::string& body) {
  return json::parse(body).at("Labels").as_object();
}

// An engine that keeps one container and one volume, as their labels.
class Fixture {
public:
  Fixture() {
    const std::string container = container_path;
    fake.on("GET", container + "/json", [this](const auto&) { return container_described(); });
    fake.on("POST", "/containers/create", [this](const ReceivedRequest& request) {
      if (container_labels) return refusing(409, "name in use");
      container_labels = labels_of(request.body);
      created = request.body;
      return Reply{.status = 201, .body = R"({"Id":"cid"})"};
    });
    fake.on("POST", container + "/start", [this](const auto&) {
      running = true;
      return Reply{.status = 204};
    });
    for (const std::string& path : {container, std::string("/containers/cid")})
      fake.on("DELETE", path, [this](const auto&) {
        container_labels.reset();
        running = false;
        return Reply{.status = 204};
      });
    fake.on("GET", volume_path, [this](const auto&) {
      if (!volume_labels) return refusing(404, "no such volume");
      return Reply{.body =
                       json::serialize(json::object{{"Name", "v"}, {"Labels", *volume_labels}})};
    });
    fake.on("POST", "/volumes/create", [this](const ReceivedRequest& request) {
      volume_labels = labels_of(request.body);
      return Reply{.status = 201, .body = "{}"};
    });
    fake.on("DELETE", volume_path, [this](const auto&) {
      volume_labels.reset();
      return Reply{.status = 204};
    });
    has_image("sha256:first");
    fake.on("POST", "/images/create", [this](const auto&) {
      image = pulled_image;
      return Reply{.body = R"({"status":"done"})"};
    });
  }

  void has_image(const std::string& id) {
    image = id;
    for (const char* name : {"docker.io/nixos/nix:2.31.5", "docker.io/me/nix:1"})
      fake.on("GET", "/images/" + std::string(name) + "/json", [this](const auto&) {
        if (image.empty()) return refusing(404, "no such image");
        return Reply{.body = json::serialize(json::object{{"Id", image}})};
      });
  }

  void run(const ContainerOptions& options = {}) {
    engine::Engine engine(http::unix_connector(fake.socket()), {});
    run_builder_container(engine, "one", options, reporter, not_cancelled);
  }

  Error failure(const ContainerOptions& options = {}) {
    try {
      run(options);
    } catch (const Error& error) {
      return error;
    }
    BOOST_FAIL("no error");
    return {ErrorKind::internal, ""};
  }

  [[nodiscard]] int calls(const std::string& call) const {
    return static_cast<int>(std::ranges::count(fake.calls(), call));
  }

  FakeEngine fake{Profile::docker_28()};
  fakes::RecordingReporter reporter;
  std::optional<json::object> container_labels;
  std::optional<json::object> volume_labels;
  bool running = false;
  std::string created;      // the body of the last request for a container
  std::string image;        // ID of the image that the engine has
  std::string pulled_image; // and of the one that the registry has

private:
  Reply container_described() {
    if (!container_labels) return refusing(404, "No such container");
    return {.body = json::serialize(
                json::object{{"Id", "cid"},
                             {"State", {{"Status", running ? "running" : "exited"}}},
                             {"Config", {{"Labels", *container_labels}}}})};
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(builder_container, Fixture)

BOOST_AUTO_TEST_CASE(first_run_makes_volume_and_container) {
  run();
  BOOST_TEST(running);
  const json::value spec = json::parse(created);
  BOOST_TEST(spec.at("Image") == "sha256:first");
  BOOST_TEST(spec.at("HostConfig").at("Privileged") == true);
  BOOST_TEST(spec.at("HostConfig").at("Mounts") == json::parse(R"([
    {"Type": "volume", "Source": "docker-nixbuild-one", "Target": "/nix"},
    {"Type": "bind", "Source": "/var/run/docker.sock", "Target": "/var/run/docker.sock"}])"));
  BOOST_TEST(container_labels->at(builder_label) == "one");
  BOOST_TEST(container_labels->at("com.docker-nixbuild.image") == "sha256:first");
  BOOST_TEST(volume_labels->at(builder_label) == "one");
  BOOST_TEST(volume_labels->at("com.docker-nixbuild.image") == "sha256:first");
  BOOST_TEST(reporter.warnings().empty());
}

BOOST_AUTO_TEST_CASE(next_run_only_looks) {
  run();
  const std::size_t before = fake.calls().size();
  run();
  BOOST_TEST(fake.calls().size() - before == 4U); // version, info, container, image
  BOOST_TEST(calls("POST /containers/create") == 1);
}

BOOST_AUTO_TEST_CASE(stopped_container_is_started) {
  run();
  running = false;
  run();
  BOOST_TEST(running);
  BOOST_TEST(calls("POST /containers/create") == 1);
}

BOOST_AUTO_TEST_CASE(image_is_pulled_where_it_is_missing) {
  image.clear();
  pulled_image = "sha256:pulled";
  run();
  BOOST_TEST(json::parse(created).at("Image") == "sha256:pulled");
  BOOST_TEST(reporter.steps().front() == "pull nixos/nix:2.31.5");
}

BOOST_AUTO_TEST_CASE(other_image_makes_all_anew) {
  run();
  has_image("sha256:second");
  run();
  BOOST_TEST(running);
  BOOST_TEST(container_labels->at("com.docker-nixbuild.image") == "sha256:second");
  BOOST_TEST(volume_labels->at("com.docker-nixbuild.image") == "sha256:second");
  BOOST_TEST(reporter.warnings().size() == 2U);
}

BOOST_AUTO_TEST_CASE(other_options_make_the_container_anew_and_leave_the_store) {
  run();
  run({.environment = {"A=b"}});
  BOOST_TEST(calls("POST /containers/create") == 2);
  BOOST_TEST(calls(std::string("DELETE ") + volume_path) == 0);
  BOOST_TEST(json::parse(created).at("Env").as_array().back() == "A=b");
}

BOOST_AUTO_TEST_CASE(image_that_is_gone_changes_nothing) {
  run();
  image.clear();
  run();
  BOOST_TEST(calls("POST /containers/create") == 1);
  BOOST_TEST(calls("POST /images/create") == 0);
}

BOOST_AUTO_TEST_CASE(other_image_name_is_pulled_although_there_is_a_container) {
  run();
  image.clear();
  pulled_image = "sha256:mine";
  run({.image = "me/nix:1"});
  BOOST_TEST(container_labels->at("com.docker-nixbuild.image") == "sha256:mine");
}

BOOST_AUTO_TEST_CASE(image_that_was_chosen_need_not_be_named_again) {
  run({.image = "me/nix:1"});
  run();
  BOOST_TEST(calls("POST /containers/create") == 1);
  BOOST_TEST(fake.requests().back().path == "/images/docker.io/me/nix:1/json");
  run({.image = "nixos/nix:2.31.5"});
  BOOST_TEST(calls("POST /containers/create") == 2);
}

BOOST_AUTO_TEST_CASE(container_of_a_concurrent_run_is_shared) {
  fake.once("GET", std::string(container_path) + "/json", refusing(404, "No such container"));
  run(); // made by the other run in between
  fake.once("GET", std::string(container_path) + "/json", refusing(404, "No such container"));
  run();
  BOOST_TEST(calls("POST /containers/create") == 2);
  BOOST_TEST(running);
}

BOOST_AUTO_TEST_CASE(name_that_stays_taken_is_an_error_in_the_end) {
  fake.on("GET", std::string(container_path) + "/json", refusing(404, "No such container"));
  container_labels = json::object{};
  BOOST_TEST(failure().message().contains("somebody else changes the container"));
}

BOOST_AUTO_TEST_CASE(what_is_not_ours_is_left_alone) {
  container_labels = json::object{{"com.example", "x"}};
  BOOST_TEST(failure().message() ==
             "the engine has a container docker-nixbuild-one that is no builder's");
  container_labels.reset();
  volume_labels = json::object{};
  BOOST_TEST(failure().message() ==
             "the engine has a volume docker-nixbuild-one that is no builder's");
  BOOST_TEST(volume_labels.has_value());
}

BOOST_AUTO_TEST_CASE(refused_socket_is_explained) {
  fake.on("POST", "/containers/create",
          refusing(403, "enhanced container isolation: docker socket mount denied for container "
                        "with image \"nixos/nix\""));
  const Error isolated = failure();
  BOOST_CHECK(isolated.kind() == ErrorKind::refused);
  BOOST_TEST(isolated.hint().contains("dockerSocketMount.imageList"));
  fake.on("POST", "/containers/create",
          refusing(400, "invalid mount config for type \"bind\": bind source path does not exist: "
                        "/var/run/docker.sock"));
  BOOST_TEST(failure().hint().contains("--driver-opt socket=PATH"));
}

BOOST_AUTO_TEST_CASE(image_that_is_no_name) {
  BOOST_CHECK(failure({.image = "No Name"}).kind() == ErrorKind::invalid_input);
}

BOOST_AUTO_TEST_CASE(socket_of_podman_is_elsewhere) {
  fake.introduce_as(Profile::podman());
  run();
  BOOST_TEST(json::parse(created).at("HostConfig").at("Mounts").at(1).at("Source") ==
             "/run/podman/podman.sock");
}

BOOST_AUTO_TEST_CASE(removal_takes_only_what_is_ours) {
  run();
  engine::Engine engine(http::unix_connector(fake.socket()), {});
  BOOST_TEST(remove_builder_container(engine, "one", {}, true, not_cancelled));
  BOOST_TEST(!container_labels.has_value());
  BOOST_TEST(volume_labels.has_value());
  BOOST_TEST(remove_builder_container(engine, "one", {}, false, not_cancelled));
  BOOST_TEST(!volume_labels.has_value());
  BOOST_TEST(!remove_builder_container(engine, "one", {}, false, not_cancelled));
  container_labels = json::object{};
  BOOST_TEST(!remove_builder_container(engine, "one", {}, false, not_cancelled));
  BOOST_TEST(container_labels.has_value());
}

BOOST_AUTO_TEST_CASE(way_is_by_docker_exec) {
  const Way way = container_way({"docker", "--context", "far"}, "docker-nixbuild-one");
  const std::vector<std::string> argv{"docker",        "--context",           "far", "exec",
                                      "--interactive", "docker-nixbuild-one", "sh",  "-c"};
  BOOST_TEST(way.argv == argv, boost::test_tools::per_element());
  BOOST_TEST(way.engine_socket.value() == "/var/run/docker.sock");
}

BOOST_AUTO_TEST_SUITE_END()
