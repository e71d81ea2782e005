#include "archive/text_sink.hpp"
#include "fakes/memory_image.hpp"
#include "pipeline/hand_over.hpp"
#include "support/error.hpp"
#include "support/parallel.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::pipeline;

namespace {

// The agent and the client in one process.
class Bridge final : public agent::Conversation {
public:
  explicit Bridge(HandedOver& client) : client_(client) {}

  std::string ask(std::string_view question, archive::Source& data,
                  archive::Sink& /*received*/) override {
    BOOST_TEST(HandedOver::is_for(question));
    return client_.answer(std::string(question), data);
  }

private:
  HandedOver& client_;
};

image::ImageSet images_of(const std::vector<std::string>& layers) {
  image::Image image = fakes::memory_image(layers);
  image.names = {*oci::Reference::parse("a:1")};
  return {{.image = image, .attestations = {{.predicate_type = "t", .predicate = "{}"}}}};
}

std::string bytes_of(const image::Layer& layer) {
  archive::TextSink sink;
  layer.content->write_to(sink, {});
  return sink.text();
}

} // namespace

BOOST_AUTO_TEST_SUITE(handing_over)

BOOST_AUTO_TEST_CASE(layers_come_as_they_are_read_by_several_threads) {
  const std::vector<std::string> layers{std::string(3'000'000, 'x'), "second", ""};
  const image::ImageSet images = images_of(layers);
  std::vector<std::string> read(layers.size());
  HandedOver client(
      [&](const image::ImageSet& set) {
        BOOST_REQUIRE(set.size() == 1U);
        BOOST_TEST(set[0].image.config == images[0].image.config);
        BOOST_TEST((set[0].image.names == images[0].image.names));
        BOOST_TEST(set[0].attestations.at(0).predicate == "{}");
        parallel_for(layers.size(), 3,
                     [&](std::size_t index) { read[index] = bytes_of(set[0].image.layers[index]); },
                     {});
      },
      {});
  Bridge bridge(client);
  hand_over(images, bridge, {});
  client.finish();
  BOOST_TEST((read == layers));
}

BOOST_AUTO_TEST_CASE(what_fails_at_the_client_is_thrown_when_the_agent_is_done) {
  HandedOver client(
      [](const image::ImageSet& set) {
        (void)bytes_of(set[0].image.layers[0]);
        throw Error(ErrorKind::refused, "the registry said no");
      },
      {});
  Bridge bridge(client);
  hand_over(images_of({"a"}), bridge, {});
  BOOST_CHECK_EXCEPTION(client.finish(), Error, [](const Error& error) {
    return error.message() == "the registry said no";
  });
}

BOOST_AUTO_TEST_CASE(a_sink_that_fails_does_not_break_the_conversation) {
  class Full final : public archive::Sink {
    void write(std::span<const std::byte>) override { throw Error(ErrorKind::no_space, "full"); }
  };
  std::string second;
  HandedOver client(
      [&](const image::ImageSet& set) {
        Full full;
        BOOST_CHECK_THROW(set[0].image.layers[0].content->write_to(full, {}), Error);
        second = bytes_of(set[0].image.layers[1]);
      },
      {});
  Bridge bridge(client);
  hand_over(images_of({std::string(2'000'000, 'x'), "second"}), bridge, {});
  client.finish();
  BOOST_TEST(second == "second");
}

BOOST_AUTO_TEST_CASE(cancelled_readers_end) {
  const CancelSource cancel;
  HandedOver client(
      [&](const image::ImageSet& set) {
        cancel.raise(CancelLevel::graceful);
        (void)bytes_of(set[0].image.layers[0]);
      },
      cancel.token());
  Bridge bridge(client);
  BOOST_CHECK_EXCEPTION(hand_over(images_of({"a"}), bridge, {}), Error,
                        [](const Error& error) { return error.kind() == ErrorKind::cancelled; });
  BOOST_CHECK_THROW(client.finish(), Error);
}

BOOST_AUTO_TEST_CASE(a_layer_that_is_not_what_it_should_be_is_not_handed_over) {
  for (const auto compression : {archive::Compression::none, archive::Compression::gzip}) {
    image::ImageSet images = images_of({"promised"});
    images[0].image.layers[0].content = std::make_shared<fakes::MemoryLayer>("sent!!!!");
    HandedOver client(
        [&](const image::ImageSet& set) {
          archive::TextSink sink;
          (void)set[0].image.layers[0].content->write_compressed_to(sink, compression, {});
        },
        {});
    Bridge bridge(client);
    BOOST_CHECK_EXCEPTION(hand_over(images, bridge, {}), Error, [](const Error& error) {
      return error.kind() == ErrorKind::failed && error.message().contains("damaged");
    });
  }
}

BOOST_AUTO_TEST_CASE(no_images_no_end) {
  HandedOver client([](const image::ImageSet&) {}, {});
  BOOST_CHECK_THROW(client.finish(), Error);
}

BOOST_AUTO_TEST_SUITE_END()
