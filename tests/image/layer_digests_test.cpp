#include "image/layer_digests.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>

namespace image = nixbuild::image;
using nixbuild::TempDir;
using nixbuild::oci::Digest;

namespace {

class SilentReporter : public nixbuild::progress::Reporter {
public:
  void report(const nixbuild::progress::Event&) noexcept override {}
  nixbuild::progress::StepId next_step() noexcept override { return ++steps_; }
  nixbuild::progress::Time now() noexcept override { return {}; }

private:
  std::atomic<nixbuild::progress::StepId> steps_{0};
};

class TextLayer : public image::LayerContent {
public:
  TextLayer(std::string text, std::string identity)
      : text_(std::move(text))
      , identity_(std::move(identity)) {}
  void write_to(nixbuild::archive::Sink& sink, const nixbuild::CancelToken&) const override {
    ++writes;
    if (text_ == "broken") throw nixbuild::Error(nixbuild::ErrorKind::corrupt, "broken layer");
    sink.write(std::as_bytes(std::span(text_)));
  }
  [[nodiscard]] std::string identity() const override { return identity_; }

  mutable std::atomic<int> writes{0};

private:
  std::string text_;
  std::string identity_;
};

struct Fixture {
  TempDir directory;
  image::DigestCache cache{directory.path() / "layers"};
  SilentReporter reporter;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(layer_digests, Fixture)

BOOST_AUTO_TEST_CASE(digests_keep_the_order_of_the_layers) {
  std::vector<std::shared_ptr<const image::LayerContent>> contents;
  for (int i = 0; i < 50; ++i) {
    contents.push_back(std::make_shared<TextLayer>(std::to_string(i), ""));
  }
  const auto digests = image::digest_layers(contents, cache, reporter, {});
  for (std::size_t i = 0; i < contents.size(); ++i) {
    BOOST_TEST(digests[i].diff_id.str() == Digest::of(std::to_string(i)).str());
    BOOST_TEST(digests[i].size == std::to_string(i).size());
  }
}

BOOST_AUTO_TEST_CASE(known_layer_is_not_read_again) {
  const auto layer = std::make_shared<TextLayer>("text", "identity");
  const auto first = image::digest_layers({layer}, cache, reporter, {});
  const auto second = image::digest_layers({layer}, cache, reporter, {});
  BOOST_TEST((first == second));
  BOOST_TEST(layer->writes == 1);
}

BOOST_AUTO_TEST_CASE(layer_without_identity_is_read_each_time) {
  const auto layer = std::make_shared<TextLayer>("text", "");
  (void)image::digest_layers({layer}, cache, reporter, {});
  (void)image::digest_layers({layer}, cache, reporter, {});
  BOOST_TEST(layer->writes == 2);
}

BOOST_AUTO_TEST_CASE(failure_of_one_layer_is_the_failure) {
  const auto good = std::make_shared<TextLayer>("text", "good");
  const auto bad = std::make_shared<TextLayer>("broken", "bad");
  BOOST_CHECK_EXCEPTION((void)image::digest_layers({good, bad}, cache, reporter, {}),
                        nixbuild::Error,
                        [](const auto& e) { return e.message() == "broken layer"; });
  BOOST_TEST(!cache.find("bad").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
