#include "fakes/fake_image_store.hpp"
#include "fakes/memory_image.hpp"
#include "fakes/recording_reporter.hpp"
#include "http/socket_client.hpp"
#include "sink/engine_sink.hpp"
#include "sink/load_request.hpp"
#include "sink/prefix_image.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace nixbuild;
using fakes::FakeEngine;
using fakes::FakeImageStore;
using fakes::Profile;
using Kind = FakeImageStore::Kind;
using Reply = FakeEngine::Reply;
using Strings = std::vector<std::string>;
using sink::LoadOptions;
using sink::LoadReport;

namespace {

oci::Reference reference(const std::string& text) {
  return *oci::Reference::parse(text);
}

const std::string name = "docker.io/library/app:1";

Profile profile_of(Kind kind) {
  switch (kind) {
  case Kind::containerd:
    return Profile::docker_28_containerd();
  case Kind::podman:
    return Profile::podman();
  case Kind::graph_driver:
    break;
  }
  return Profile::docker_28();
}

// An engine with images, and loads into it.
struct Setup {
  explicit Setup(Kind kind) : Setup(kind, profile_of(kind)) {}
  Setup(Kind kind, const Profile& profile)
      : fake(profile)
      , store(fake, kind)
      , engine(http::unix_connector(fake.socket()), {}) {}

  LoadReport load(const image::Image& image, const LoadOptions& options = {},
                  const Strings& names = {"app:1"}, const CancelToken& cancel = {}) {
    std::vector<oci::Reference> references;
    for (const std::string& text : names)
      references.push_back(reference(text));
    return sink::load_into_engine(image, references, options, engine, reporter, cancel);
  }

  // A record of `image` in a containerd store that has none of its layers.
  void leave_with_gaps(const image::Image& image) {
    const sink::LoadPlan nothing;
    progress::Step step(reporter, "x");
    sink::LoadProgress progress(image, step);
    BOOST_CHECK_THROW((void)sink::send_load(image, nothing, engine, progress, {}, {}), Error);
  }

  // How often the engine was asked this since the start.
  [[nodiscard]] auto count(const std::string& call) const {
    return std::ranges::count(fake.calls(), call);
  }
  [[nodiscard]] Strings notices() const {
    Strings texts;
    for (const auto& notice : reporter.all<progress::Notice>())
      texts.push_back(notice.text);
    return texts;
  }
  [[nodiscard]] std::string id(const image::Image& image) {
    return sink::image_id(image, engine.facts({}).store);
  }

  FakeEngine fake;
  FakeImageStore store;
  engine::Engine engine;
  fakes::RecordingReporter reporter;
};

std::string digest_of(const std::string& text) {
  return oci::Digest::of(text).str();
}

std::set<std::string> digests_of(const Strings& texts) {
  std::set<std::string> digests;
  for (const std::string& text : texts)
    digests.insert(digest_of(text));
  return digests;
}

void check_fails(const std::function<void()>& operation, ErrorKind kind,
                 const std::string& detail = {}) {
  BOOST_CHECK_EXCEPTION(operation(), Error, [&](const Error& error) {
    BOOST_TEST_MESSAGE(error.message() << " | " << error.detail());
    BOOST_TEST(error.detail().find(detail) != std::string::npos);
    return error.kind() == kind;
  });
}

const std::string label(sink::prefix_label);

// Every layer in a slice of its own.
LoadOptions in_slices(std::size_t most) {
  return {.slices = sink::SliceSizes{.worth_cutting = 0, .most = most}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(engine_sink)

BOOST_AUTO_TEST_CASE(what_is_missing_is_sent_and_then_named) {
  for (const Kind kind : {Kind::graph_driver, Kind::podman}) {
    Setup setup(kind);
    (void)setup.load(fakes::memory_image({"a", "b", "c"}));
    const auto image = fakes::memory_image({"a", "b", "d", "e"});
    const LoadReport report = setup.load(image);
    BOOST_TEST((setup.store.loads().back().blobs == digests_of({"d", "e"})));
    BOOST_TEST(setup.store.loads().back().error == "");
    BOOST_TEST(report.image_id == setup.id(image));
    BOOST_TEST(report.sent_layers == 2U);
    BOOST_TEST(setup.store.tags().at(name) == setup.id(image));
    BOOST_TEST(setup.notices().empty());
  }
}

BOOST_AUTO_TEST_CASE(layer_that_the_image_repeats_is_sent_where_the_engine_lacks_it) {
  Setup setup(Kind::graph_driver);
  (void)setup.load(fakes::memory_image({"same", "b"}));
  // The engine has "same" at the bottom, which is of no use for the one on top.
  (void)setup.load(fakes::memory_image({"same", "b", "c", "same"}));
  BOOST_TEST(setup.store.loads().back().error == "");
  BOOST_TEST((setup.store.loads().back().blobs == digests_of({"c", "same"})));
}

BOOST_AUTO_TEST_CASE(unchanged_image_costs_one_question) {
  for (const Kind kind : {Kind::graph_driver, Kind::containerd, Kind::podman}) {
    Setup setup(kind);
    const auto image = fakes::memory_image({"a", "b"});
    (void)setup.load(image);
    const Strings before = setup.fake.calls();
    const LoadReport report = setup.load(image);
    Strings asked = setup.fake.calls();
    asked.erase(asked.begin(), asked.begin() + static_cast<std::ptrdiff_t>(before.size()));
    Strings expected{"GET /images/" + setup.id(image) + "/json"};
    // The quicker question comes first; this engine has no answer to it.
    if (kind == Kind::containerd) expected.insert(expected.begin(), "POST /grpc");
    BOOST_TEST(asked == expected, boost::test_tools::per_element());
    BOOST_TEST(report.sent_bytes == 0U);
    BOOST_TEST(report.image_id == setup.id(image));
  }
}

BOOST_AUTO_TEST_CASE(only_names_that_moved_are_corrected) {
  Setup setup(Kind::graph_driver);
  const auto image = fakes::memory_image({"a"});
  (void)setup.load(image, {}, {"app:1", "app:2"});
  setup.store.remove_tag("docker.io/library/app:2");
  (void)setup.load(image, {}, {"app:1", "app:2"});
  BOOST_TEST(setup.store.tags().at("docker.io/library/app:2") == setup.id(image));
  BOOST_TEST(setup.store.loads().size() == 2U); // probe and load of the first time
  BOOST_TEST(setup.count("POST /images/" + setup.id(image) + "/tag") == 3);
}

BOOST_AUTO_TEST_CASE(image_with_gaps_is_completed) {
  Setup setup(Kind::containerd);
  const auto image = fakes::memory_image({"a", "b"});
  setup.leave_with_gaps(image);
  const LoadReport report = setup.load(image);
  BOOST_TEST(report.sent_layers == 2U);
  BOOST_TEST(setup.store.tags().at(name) == setup.id(image));
}

BOOST_AUTO_TEST_CASE(engine_that_vouches_for_the_image_is_not_asked_for_it_again) {
  Profile lenient = Profile::docker_28_containerd();
  lenient.api = "1.47"; // loads are not checked
  const auto image = fakes::memory_image({"a", "b"});
  const auto asked_for_image = [&](Kind kind, const Profile& profile) {
    Setup setup(kind, profile);
    (void)setup.load(image);
    BOOST_TEST(setup.store.tags().at(name) == setup.id(image));
    return setup.count("GET /images/" + setup.id(image) + "/json");
  };
  BOOST_TEST(asked_for_image(Kind::graph_driver, Profile::docker_28()) == 1);
  BOOST_TEST(asked_for_image(Kind::containerd, Profile::docker_28_containerd()) == 1);
  BOOST_TEST(asked_for_image(Kind::containerd, lenient) == 2);
  BOOST_TEST(asked_for_image(Kind::podman, Profile::podman()) == 2);
}

BOOST_AUTO_TEST_CASE(image_that_is_gone_after_its_load_is_loaded_again) {
  const auto image = fakes::memory_image({"a", "b"});
  const Reply taken{.body = R"({"stream":"Loaded image ID: x"})"};
  Setup setup(Kind::containerd);
  setup.fake.once("POST", "/images/load", taken);
  (void)setup.load(image);
  BOOST_TEST(setup.store.tags().at(name) == setup.id(image));

  Setup hopeless(Kind::containerd);
  hopeless.fake.on("POST", "/images/load", taken);
  check_fails([&] { (void)hopeless.load(image); }, ErrorKind::refused);
  BOOST_TEST(hopeless.store.tags().empty());
  BOOST_TEST(hopeless.count("POST /images/load") == 3);
}

BOOST_AUTO_TEST_CASE(image_that_is_gone_before_it_has_a_name_is_loaded_again) {
  Setup setup(Kind::graph_driver);
  const auto image = fakes::memory_image({"a", "b"});
  const std::string id = setup.id(image);
  int attempts = 0;
  setup.fake.on("POST", "/images/" + id + "/tag", [&](const fakes::ReceivedRequest& request) {
    if (++attempts == 1) setup.store.forget(oci::Digest::of("a"));
    return setup.store.other(request);
  });
  (void)setup.load(image);
  BOOST_TEST(attempts == 2);
  BOOST_TEST(setup.store.tags().at(name) == id);
}

// Another load brings the same image: its blobs are there before it, and the next moment so is it.
BOOST_AUTO_TEST_CASE(image_that_is_there_a_moment_after_it_was_to_have_a_name_is_named_then) {
  Setup setup(Kind::containerd);
  const auto image = fakes::memory_image({"a", "b"});
  setup.fake.once("POST", "/images/" + setup.id(image) + "/tag",
                  Reply{.status = 404, .body = R"({"message":"No such image"})"});
  (void)setup.load(image);
  BOOST_TEST(setup.store.tags().at(name) == setup.id(image));
  BOOST_TEST(setup.store.loads().size() == 1U);
}

BOOST_AUTO_TEST_CASE(engine_that_loses_a_layer_is_asked_again) {
  Setup setup(Kind::graph_driver);
  const auto old = fakes::memory_image({"a", "b"});
  (void)setup.load(old);
  setup.store.lose_before_load(2, oci::Digest::of("a"));
  const auto image = fakes::memory_image({"a", "b", "c"});
  (void)setup.load(image);
  const auto loads = setup.store.loads();
  BOOST_REQUIRE(loads.size() == 5U); // … a probe and a load
  BOOST_TEST((loads[2].blobs == digests_of({"c"})));
  BOOST_TEST(loads[2].error.find("no such file") != std::string::npos);
  BOOST_TEST((loads[4].blobs == digests_of({"a", "b", "c"})));
  BOOST_TEST(setup.store.tags().at(name) == setup.id(image));
}

BOOST_AUTO_TEST_CASE(engine_that_loses_a_layer_twice_is_sent_everything_and_the_reason_is_told) {
  Setup setup(Kind::graph_driver);
  (void)setup.load(fakes::memory_image({"a", "b"}));
  const std::string words = "open /x/blobs/sha256/y: no such file or directory";
  setup.store.fail_load(2, words);
  setup.store.fail_load(3, words);
  const auto image = fakes::memory_image({"a", "b", "c"});
  (void)setup.load(image);
  BOOST_TEST((setup.store.loads().back().blobs == digests_of({"a", "b", "c"})));
  BOOST_TEST(setup.notices() == Strings{"sending all layers: " + words},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(engine_that_loses_prefix_images_is_sent_everything_in_one_piece) {
  Setup setup(Kind::graph_driver);
  // `docker image prune` beside us: loads 0 and 3 are probes.
  for (const std::size_t second_slice : {2U, 6U})
    setup.store.lose_before_load(second_slice, oci::Digest::of("a"));
  const auto image = fakes::memory_image({"a", "b", "c"});
  (void)setup.load(image, in_slices(3));
  BOOST_TEST((setup.store.loads().back().blobs == digests_of({"a", "b", "c"})));
  BOOST_TEST((setup.store.images() == std::set<std::string>{setup.id(image)}));
  BOOST_TEST(setup.notices().size() == 1U);
}

BOOST_AUTO_TEST_CASE(other_refusals_end_the_load_and_leave_the_names_alone) {
  for (const Kind kind : {Kind::graph_driver, Kind::containerd, Kind::podman}) {
    Setup setup(kind);
    const auto old = fakes::memory_image({"a"});
    (void)setup.load(old);
    const std::size_t next = setup.store.loads().size();
    setup.store.fail_load(next, "open /x/blobs/sha256/" + std::string(64, 'f') +
                                    ": no such file or directory"); // perhaps a probe
    setup.store.fail_load(next + 1, "invalid diffID for layer 1");
    setup.store.fail_load(next + (kind == Kind::graph_driver ? 1 : 0),
                          "invalid diffID for layer 1");
    check_fails([&] { (void)setup.load(fakes::memory_image({"a", "b"})); }, ErrorKind::refused,
                "invalid diffID");
    BOOST_TEST(setup.store.tags().at(name) == setup.id(old));
  }
}

BOOST_AUTO_TEST_CASE(damaged_layer_ends_the_load_and_leaves_the_names_alone) {
  for (const LoadOptions& options : {LoadOptions{}, in_slices(10)}) {
    Setup setup(Kind::graph_driver);
    const auto old = fakes::memory_image({"a"});
    (void)setup.load(old);
    auto image = fakes::memory_image({"a", "b", "c", "d", "e"});
    image.layers[3].content = std::make_shared<fakes::MemoryLayer>("X");
    check_fails([&] { (void)setup.load(image, options); }, ErrorKind::corrupt);
    BOOST_TEST(setup.store.tags().at(name) == setup.id(old));
    BOOST_TEST(!setup.store.images().contains(setup.id(image)));
  }
}

BOOST_AUTO_TEST_CASE(api_without_strict_loads_finds_gaps_by_what_the_engine_says_of_unpacking) {
  Profile old = Profile::docker_28_containerd();
  old.api = "1.47";
  Setup setup(Kind::containerd, old);
  const auto image = fakes::memory_image({"a", "b"});
  setup.fake.once("POST", "/images/load",
                  {.body = "{\"stream\":\"Loaded image ID: x\\n\"}\r\n"
                           "{\"stream\":\"Error unpacking image moby-dangling@x: content digest y: "
                           "not found\\n\"}"});
  (void)setup.load(image);
  BOOST_TEST(setup.fake.requests().front().query.find("platform") == std::string::npos);
  BOOST_TEST(setup.store.tags().at(name) == setup.id(image));
}

BOOST_AUTO_TEST_CASE(failed_load_removes_its_own_record_and_no_one_elses) {
  for (const bool was_there : {false, true}) {
    Setup setup(Kind::containerd);
    const auto image = fakes::memory_image({"a", "b"});
    if (was_there) {
      setup.leave_with_gaps(image); // by somebody else
      BOOST_TEST(setup.store.images().size() == 1U);
    }
    const std::size_t next = setup.store.loads().size();
    setup.store.fail_load(next, "broken");
    check_fails([&] { (void)setup.load(image); }, ErrorKind::refused);
    BOOST_TEST(setup.store.images().contains(setup.id(image)) == was_there);
  }
}

BOOST_AUTO_TEST_CASE(replaced_image_is_removed_only_on_request_and_when_nobody_needs_it) {
  enum class Use { none, container, other_name, same_image };
  for (const Use use : {Use::none, Use::container, Use::other_name, Use::same_image}) {
    for (const bool wanted : {false, true}) {
      Setup setup(Kind::graph_driver);
      const auto old = fakes::memory_image({"a", "b"});
      const auto image = use == Use::same_image ? old : fakes::memory_image({"a", "c"});
      const std::string old_id = setup.load(old).image_id;
      if (use == Use::container) setup.store.use(old_id);
      if (use == Use::other_name) setup.store.add_tag("docker.io/library/other:1", old_id);
      const LoadReport report = setup.load(image, {.remove_replaced = wanted});
      const bool removed = wanted && use == Use::none;
      BOOST_TEST(setup.store.images().contains(old_id) != removed);
      BOOST_TEST(report.removed_images == (removed ? Strings{old_id} : Strings{}),
                 boost::test_tools::per_element());
      BOOST_TEST(setup.store.tags().at(name) == setup.id(image));
    }
  }
}

BOOST_AUTO_TEST_CASE(stable_order_sends_only_what_is_new) {
  const auto movable = [](const Strings& layers) {
    auto image = fakes::memory_image(layers);
    for (image::Layer& layer : image.layers)
      layer.movable = true;
    return image;
  };
  Setup setup(Kind::graph_driver);
  (void)setup.load(movable({"a", "b", "c"}));
  const auto image = movable({"new", "a", "b", "c"});
  const LoadReport report = setup.load(image, {.stable_order = true});
  BOOST_TEST((setup.store.loads().back().blobs == digests_of({"new"})));
  BOOST_TEST((report.config_digest != image.config_digest));
  BOOST_TEST(report.image_id == report.config_digest.str());
  BOOST_TEST(setup.notices() ==
                 Strings{"stable order: 3 more layers (3B) stay where app:1 has them"},
             boost::test_tools::per_element());

  const std::size_t loads = setup.store.loads().size();
  BOOST_TEST(setup.load(image, {.stable_order = true}).image_id == report.image_id);
  BOOST_TEST(setup.store.loads().size() == loads);
  // Without it the image is as it came.
  BOOST_TEST(setup.load(image).image_id == setup.id(image));
}

BOOST_AUTO_TEST_CASE(sliced_load_ends_with_the_image_and_nothing_else) {
  for (const Kind kind : {Kind::graph_driver, Kind::containerd}) {
    Setup setup(kind);
    const Strings layers{"a1", "b2", "c3", "d4", "e5", "f6", "a1"};
    const auto image = fakes::memory_image(layers);
    const LoadReport report = setup.load(image, in_slices(4));
    BOOST_TEST((setup.store.images() == std::set<std::string>{setup.id(image)}));
    BOOST_TEST(setup.store.tags().at(name) == setup.id(image));
    const auto loads = setup.store.loads();
    const std::size_t first = kind == Kind::graph_driver ? 1 : 0; // after the probe
    BOOST_REQUIRE(loads.size() > first + 2);
    std::set<std::string> sent;
    for (std::size_t i = first; i < loads.size(); ++i) {
      BOOST_TEST(loads[i].error == "");
      BOOST_TEST((loads[i].image == setup.id(image)) == (i + 1 == loads.size()));
      sent.insert(loads[i].blobs.begin(), loads[i].blobs.end());
    }
    BOOST_TEST((sent == digests_of(layers)));
    BOOST_TEST(report.sent_layers >= 6U);
    BOOST_TEST(setup.fake.connections() >= 2);
  }
}

BOOST_AUTO_TEST_CASE(next_slice_is_on_its_way_before_the_answer_to_the_one_before) {
  Setup setup(Kind::graph_driver);
  const auto image = fakes::memory_image({"a", "b", "c"});
  (void)setup.engine.facts({});
  // Two requests so far, two for images, the probe, slice 0 as number 6: that is answered only when
  // slice 1 has begun. Were they sent one after the other, this would hang.
  int load = 0;
  setup.fake.on("POST", "/images/load", [&](const auto& request) {
    Reply reply = setup.store.load(request);
    if (++load == 2) reply.after_requests = 7;
    return reply;
  });
  (void)setup.load(image, in_slices(3));
  BOOST_TEST(load == 4);
  BOOST_TEST(setup.store.tags().at(name) == setup.id(image));
}

BOOST_AUTO_TEST_CASE(aborted_sliced_load_keeps_what_is_whole_and_is_resumed) {
  for (const Kind kind : {Kind::graph_driver, Kind::containerd}) {
    const std::size_t probe = kind == Kind::graph_driver ? 1 : 0;
    Setup setup(kind);
    const auto image = fakes::memory_image({"a", "b", "c", "d", "e"});
    setup.store.fail_load(probe + 3, "broken");
    check_fails([&] { (void)setup.load(image, in_slices(5)); }, ErrorKind::refused);
    BOOST_TEST(setup.store.images().size() == 1U);
    BOOST_TEST((setup.store.images() == setup.store.images_labelled(label)));
    BOOST_TEST(setup.store.tags().empty());

    const std::size_t before = setup.store.loads().size();
    (void)setup.load(image, in_slices(5));
    if (kind == Kind::graph_driver) {
      BOOST_TEST((setup.store.loads().at(before + 1).blobs == digests_of({"d"})));
    }
    BOOST_TEST((setup.store.images() == std::set<std::string>{setup.id(image)}));
  }
}

BOOST_AUTO_TEST_CASE(full_disk_keeps_nothing_of_a_sliced_load) {
  for (const Kind kind : {Kind::graph_driver, Kind::containerd}) {
    Setup setup(kind);
    setup.store.fail_load(3, "write /x: no space left on device");
    const auto image = fakes::memory_image({"a", "b", "c", "d", "e"});
    check_fails([&] { (void)setup.load(image, in_slices(5)); }, ErrorKind::no_space);
    BOOST_TEST(setup.store.images().empty());
  }
}

BOOST_AUTO_TEST_CASE(what_an_aborted_load_left_goes_when_it_is_of_no_use) {
  Setup setup(Kind::graph_driver);
  const auto image = fakes::memory_image({"a", "b", "c"});
  setup.store.fail_load(3, "broken");
  check_fails([&] { (void)setup.load(image, in_slices(3), {"other:1"}); }, ErrorKind::refused);
  BOOST_TEST(setup.store.images_labelled(label).size() == 1U);

  // Another image of another name: it may still be of use.
  (void)setup.load(fakes::memory_image({"x"}));
  BOOST_TEST(setup.store.images_labelled(label).size() == 1U);
  // The same name with other layers, or another name with all its layers.
  const auto left = setup.store.images_labelled(label);
  (void)setup.load(fakes::memory_image({"a", "b", "d"}));
  BOOST_TEST(setup.store.images_labelled(label).empty());
}

BOOST_AUTO_TEST_CASE(cancelled_sliced_load_is_cancelled) {
  Setup setup(Kind::graph_driver);
  const auto image = fakes::memory_image({"a", "b", "c"});
  const CancelSource cancel;
  int load = 0;
  setup.fake.on("POST", "/images/load", [&](const auto& request) {
    // The probe, slice 0, and then never.
    if (++load < 3) return setup.store.load(request);
    cancel.raise(CancelLevel::graceful);
    return Reply{.hold = true};
  });
  check_fails([&] { (void)setup.load(image, in_slices(3), {"app:1"}, cancel.token()); },
              ErrorKind::cancelled);
  BOOST_TEST(setup.store.images_labelled(label).size() == 1U);
  BOOST_TEST(setup.store.tags().empty());
}

BOOST_AUTO_TEST_CASE(engine_that_dies_in_a_sliced_load_is_an_error) {
  Setup setup(Kind::graph_driver);
  const auto image = fakes::memory_image({"a", "b", "c"});
  int load = 0;
  setup.fake.on("POST", "/images/load", [&](const auto& request) {
    if (++load < 3) return setup.store.load(request);
    return Reply{.send_only = 0};
  });
  check_fails([&] { (void)setup.load(image, in_slices(3)); }, ErrorKind::unavailable);
  BOOST_TEST(setup.store.tags().empty());
}

BOOST_AUTO_TEST_SUITE_END()
