#include "fakes/fake_image_store.hpp"
#include "fakes/memory_image.hpp"
#include "fakes/recording_reporter.hpp"
#include "http/socket_client.hpp"
#include "sink/engine_sink.hpp"
#include "sink/missing_layers.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace nixbuild;
using fakes::FakeEngine;
using fakes::FakeImageStore;
using fakes::Profile;
using Indexes = std::vector<std::size_t>;
using Kind = FakeImageStore::Kind;
using Reply = FakeEngine::Reply;
using Strings = std::vector<std::string>;

namespace {

const std::vector<oci::Reference> names{*oci::Reference::parse("app:1")};

struct Setup {
  Setup(Kind kind, const Profile& profile)
      : fake(profile)
      , store(fake, kind)
      , engine(http::unix_connector(fake.socket()), {}) {}

  void load(const image::Image& image) {
    (void)sink::load_into_engine(image, names, {}, engine, quiet, {});
  }
  Indexes missing(const image::Image& image) {
    return sink::missing_layers(image, names, engine, reporter, {}).layers;
  }
  [[nodiscard]] Strings notices() const {
    Strings texts;
    for (const auto& notice : reporter.all<progress::Notice>())
      texts.push_back(notice.text);
    return texts;
  }

  FakeEngine fake;
  FakeImageStore store;
  engine::Engine engine;
  fakes::RecordingReporter quiet;
  fakes::RecordingReporter reporter;
};

std::string refusal(const std::string& text) {
  return R"({"errorDetail":{"message":")" + text + R"("},"error":")" + text + R"("})";
}

const Strings nothing;
const auto each = boost::test_tools::per_element();

} // namespace

BOOST_AUTO_TEST_SUITE(missing_layers)

BOOST_AUTO_TEST_CASE(graph_driver_lacks_everything_above_the_first_that_it_names) {
  Setup setup(Kind::graph_driver, Profile::docker_28());
  const auto image = fakes::memory_image({"a", "b", "c", "b"});
  BOOST_TEST(setup.missing(image) == (Indexes{0, 1, 2}), each);
  setup.load(fakes::memory_image({"a", "b"}));
  BOOST_TEST(setup.missing(image) == (Indexes{2, 3}), each);
  // The same layers above another one are others.
  BOOST_TEST(setup.missing(fakes::memory_image({"x", "b"})) == (Indexes{0, 1}), each);
  setup.load(image);
  BOOST_TEST(setup.missing(image) == Indexes{}, each);
  BOOST_TEST(setup.notices() == nothing, each);
}

BOOST_AUTO_TEST_CASE(previous_image_of_the_name_spares_the_probe_when_little_is_missing) {
  Setup setup(Kind::graph_driver, Profile::docker_28());
  setup.load(fakes::memory_image({"a", "b"}));
  const std::size_t loads = setup.store.loads().size();
  BOOST_TEST(setup.missing(fakes::memory_image({"a", "c", "b"})) == (Indexes{1, 2}), each);
  BOOST_TEST(setup.missing(fakes::memory_image({"a", "b"})) == Indexes{}, each);
  BOOST_TEST(setup.store.loads().size() == loads);
  // Nothing in common, or much to send.
  BOOST_TEST(setup.missing(fakes::memory_image({"b", "a"})) == (Indexes{0, 1}), each);
  BOOST_TEST(setup.store.loads().size() == loads + 1);
  auto large = fakes::memory_image({"a", "c"});
  large.layers[1].size = std::uint64_t{9} << 20U;
  BOOST_TEST(setup.missing(large) == Indexes{1}, each);
  BOOST_TEST(setup.store.loads().size() == loads + 2);
}

BOOST_AUTO_TEST_CASE(answer_to_the_probe_that_names_none_of_our_layers_means_everything) {
  Setup setup(Kind::graph_driver, Profile::docker_28());
  const auto image = fakes::memory_image({"a", "b"});
  for (const std::string& words :
       Strings{"it rains", "open /x/: no such file", "open /x/2: no such file",
               "open /x/1y: no such file", "open /x/-1: no such file"}) {
    setup.fake.once("POST", "/images/load", {.body = refusal(words)});
    BOOST_TEST(setup.missing(image) == (Indexes{0, 1}), each);
    BOOST_TEST(setup.notices().back() == "sending all layers: " + words);
  }
  // As engines say it that hold the folder open.
  setup.fake.once("POST", "/images/load", {.body = refusal("openat 1: no such file or directory")});
  BOOST_TEST(setup.missing(image) == Indexes{1}, each);
  setup.fake.once("POST", "/images/load", Reply{.send_only = 0});
  BOOST_CHECK_EXCEPTION((void)setup.missing(image), Error,
                        [](const Error& error) { return error.kind() == ErrorKind::unavailable; });
}

BOOST_AUTO_TEST_CASE(podman_has_the_layers_of_all_its_images) {
  Setup setup(Kind::podman, Profile::podman());
  setup.load(fakes::memory_image({"a", "b"}));
  setup.load(fakes::memory_image({"c"}));
  BOOST_TEST(setup.missing(fakes::memory_image({"x", "c", "a", "x"})) == Indexes{0}, each);
}

BOOST_AUTO_TEST_CASE(containerd_without_a_list_of_blobs_has_what_we_loaded_by_that_name) {
  Setup setup(Kind::containerd, Profile::docker_28_containerd());
  const auto image = fakes::memory_image({"a", "b", "c"});
  BOOST_TEST(setup.missing(image) == (Indexes{0, 1, 2}), each);
  BOOST_TEST(setup.notices() == Strings{"sending all layers: the engine does not list its blobs"},
             each);
  setup.load(fakes::memory_image({"b", "x", "c"}));
  BOOST_TEST(setup.missing(image) == Indexes{0}, each);
}

BOOST_AUTO_TEST_CASE(images_with_gaps_and_compressed_layers_say_nothing_of_blobs) {
  Setup setup(Kind::containerd, Profile::docker_28_containerd());
  const auto image = fakes::memory_image({"a", "b"});
  const std::string described =
      R"({"Id":"sha256:x","RootFS":{"Layers":[")" + image.layers[0].diff_id.str() + R"("]},)";
  const auto with = [&](const std::string& available, const std::string& annotations) {
    setup.fake.once("GET", "/images/docker.io/library/app:1/json",
                    {.body = described + R"("Manifests":[{"Kind":"image","Available":)" +
                             available + R"(}],"Descriptor":{"annotations":)" + annotations +
                             "}}"});
    return setup.missing(image);
  };
  const std::string ours = R"({"docker-nixbuild.layers":"uncompressed"})";
  BOOST_TEST(with("true", ours) == Indexes{1}, each);
  BOOST_TEST(with("false", ours) == (Indexes{0, 1}), each);
  BOOST_TEST(with("true", "{}") == (Indexes{0, 1}), each);
  BOOST_TEST(with("true", R"({"docker-nixbuild.layers":"gzip"})") == (Indexes{0, 1}), each);
  BOOST_TEST(with("true", "null") == (Indexes{0, 1}), each);
}

BOOST_AUTO_TEST_SUITE_END()
