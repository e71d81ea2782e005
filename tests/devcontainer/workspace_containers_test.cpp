#include "devcontainer/workspace_containers.hpp"
#include "fakes/fake_engine.hpp"
#include "http/socket_client.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::devcontainer;
using fakes::FakeEngine;

BOOST_AUTO_TEST_SUITE(containers_of_a_workspace)

BOOST_AUTO_TEST_CASE(those_with_its_labels) {
  FakeEngine fake(fakes::Profile::docker_28());
  fake.on("GET", "/containers/json", FakeEngine::Reply{.body = R"([
    {"Id": "a", "Names": ["/one"], "ImageID": "sha256:1", "State": "running",
     "Labels": {"devcontainer.local_folder": "/w", "devcontainer.config_file": "/w/d.json"}},
    {"Id": "b", "Names": ["/two"], "ImageID": "sha256:1", "State": "exited",
     "Labels": {"devcontainer.local_folder": "/w", "devcontainer.config_file": "/w/other.json"}},
    {"Id": "c", "Names": ["/three"], "ImageID": "sha256:1", "State": "exited",
     "Labels": {"devcontainer.local_folder": "/w"}},
    {"Id": "d", "Names": ["/four"], "ImageID": "sha256:1", "State": "exited", "Labels": {}}])"});
  engine::Engine engine(http::unix_connector(fake.socket()), {});
  const auto containers = workspace_containers(engine, "/w", "/w/d.json", {});
  BOOST_REQUIRE_EQUAL(containers.size(), 2U);
  BOOST_TEST(containers[0].name == "one");
  BOOST_TEST(containers[0].running);
  BOOST_TEST(containers[1].name == "three");
  BOOST_TEST(!containers[1].running);
  BOOST_TEST(fake.requests().back().query.contains("all=1"));
  BOOST_TEST(fake.requests().back().query.contains("devcontainer.local_folder"));
}

BOOST_AUTO_TEST_CASE(older_ones_are_told_by_image_or_label) {
  const engine::ListedContainer plain{.id = "a", .image_id = "sha256:1"};
  BOOST_TEST(!is_of_another_image(plain, "sha256:1", {}));
  BOOST_TEST(!is_of_another_image(plain, "1", {})); // as Podman writes it
  BOOST_TEST(is_of_another_image(plain, "sha256:2", {}));
  // A tool has built its own image upon ours.
  const engine::ListedContainer derived{
      .id = "a", .image_id = "sha256:9", .labels = {{"dev.nixbuild.image", "x"}}};
  BOOST_TEST(!is_of_another_image(derived, "sha256:1", {{"dev.nixbuild.image", "x"}}));
  BOOST_TEST(is_of_another_image(derived, "sha256:1", {{"dev.nixbuild.image", "y"}}));
}

BOOST_AUTO_TEST_SUITE_END()
