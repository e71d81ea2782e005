#include "fakes/memory_image.hpp"
#include "fakes/memory_stream.hpp"
#include "image/amendment.hpp"
#include "image/file_search.hpp"
#include "oci/image_config.hpp"
#include "support/error.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::image;

namespace json = boost::json;

namespace {

const Amendments labels_only{.booting = {.labels = {{"a", "booting"}}},
                             .others = {.labels = {{"a", "1"}}, .missing_labels = {{"b", "2"}}}};
std::vector<std::string> told;

Image amend(Image image, const Amendments& amendments) {
  told.clear();
  return amended(std::move(image), amendments,
                 [](const std::string& text) { told.push_back(text); }, {});
}

Image image_with(const std::string& config, const std::vector<std::string>& layers = {}) {
  Image image = fakes::memory_image(layers);
  image.config = config;
  image.config_digest = oci::Digest::of(config);
  image.manifest = ImageManifest{.text = "{}", .media_type = "x", .digest = image.config_digest};
  return image;
}

json::object run_config(const Image& image) {
  return json::parse(image.config).at("config").as_object();
}

const std::string accounts = fakes::TarBuilder()
                                 .file("etc/passwd", "dev:x:1000:100::/home/dev:/bin/sh\n")
                                 .file("etc/group", "users:x:100:\n")
                                 .finished();

Amendments numbers(std::uint32_t uid, std::uint32_t gid) {
  const Amendment one{.numbers = AccountNumbers{.user = "dev", .uid = uid, .gid = gid}};
  return {.booting = one, .others = one};
}

} // namespace

BOOST_AUTO_TEST_SUITE(amendment)

BOOST_AUTO_TEST_CASE(labels_are_set_or_added) {
  const Image image = amend(
      image_with(R"({"os":"linux","architecture":"amd64","x":1.5,"config":{"LABELS":{"b":"own"}},)"
                 R"("rootfs":{"type":"layers","diff_ids":[]}})"),
      labels_only);
  const json::object labels = run_config(image).at("LABELS").as_object();
  BOOST_CHECK(labels.at("a") == "1");
  BOOST_CHECK(labels.at("b") == "own");
  BOOST_CHECK(json::parse(image.config).at("x") == 1.5);
  BOOST_TEST(image.config_digest.str() == oci::Digest::of(image.config).str());
  BOOST_TEST(!image.manifest.has_value());
  BOOST_TEST(image.layers.empty());
}

BOOST_AUTO_TEST_CASE(the_identity_tells_images_apart) {
  const auto identity = [](const Image& image) {
    return std::string(run_config(image).at("Labels").at("dev.nixbuild.image").as_string());
  };
  const Image one = amend(fakes::memory_image({}), labels_only);
  BOOST_TEST(identity(one) == identity(amend(fakes::memory_image({}), labels_only)));
  BOOST_TEST(one.config == amend(one, labels_only).config); // again
  Amendments others = labels_only;
  others.others.labels["a"] = "2";
  BOOST_TEST(identity(one) != identity(amend(fakes::memory_image({}), others)));
}

BOOST_AUTO_TEST_CASE(images_that_boot_have_their_own_amendment) {
  Amendments amendments = labels_only;
  amendments.booting.missing_env = {"container=docker", "A=1"};
  amendments.booting.missing_stop_signal = "SIGRTMIN+3";
  for (const char* start :
       {R"("Entrypoint":["/init"])", R"("Cmd":["/nix/store/x/lib/systemd/systemd","--unit=a"])",
        R"("Entrypoint":null,"Cmd":["/sbin/init"])"}) {
    const Image image = amend(
        image_with(std::string(R"({"config":{"Env":["A=own"],)") + start + R"(},"rootfs":{}})"),
        amendments);
    const json::object run = run_config(image);
    BOOST_CHECK(run.at("Labels").at("a") == "booting");
    BOOST_CHECK((run.at("Env") == json::array{"A=own", "container=docker"}));
    BOOST_CHECK(run.at("StopSignal") == "SIGRTMIN+3");
  }
  const Image other =
      amend(image_with(R"({"config":{"Entrypoint":["/bin/sh"],"Cmd":["init"]},"rootfs":{}})"),
            amendments);
  BOOST_TEST(!run_config(other).contains("StopSignal"));
  const Image own = amend(
      image_with(R"({"config":{"Cmd":["/init"],"StopSignal":"SIGTERM"},"rootfs":{}})"), amendments);
  BOOST_CHECK(run_config(own).at("StopSignal") == "SIGTERM");
}

BOOST_AUTO_TEST_CASE(numbers_become_a_layer) {
  const Image before = fakes::memory_image({accounts});
  const Image image = amend(before, numbers(1234, 1235));
  BOOST_REQUIRE_EQUAL(image.layers.size(), 2U);
  BOOST_TEST(find_file(image, "/etc/passwd", {}).content == "dev:x:1234:1235::/home/dev:/bin/sh\n");
  BOOST_TEST(find_file(image, "/etc/group", {}).content == "users:x:1235:\n");
  const auto config = oci::parse_image_config(image.config, "config");
  BOOST_REQUIRE_EQUAL(config.diff_ids.size(), 2U);
  BOOST_TEST(config.diff_ids.back().str() == image.layers.back().diff_id.str());
  fakes::MemorySink bytes;
  image.layers.back().content->write_to(bytes, {});
  BOOST_TEST(oci::Digest::of(bytes.text).str() == image.layers.back().digest.str());
  BOOST_TEST(bytes.text.size() == image.layers.back().size);
  BOOST_TEST(amend(before, numbers(1234, 1235)).config == image.config);
}

BOOST_AUTO_TEST_CASE(a_history_stays_complete) {
  Image image = fakes::memory_image({accounts});
  json::value config = json::parse(image.config);
  config.as_object()["history"] = json::array{json::object{{"created_by", "x"}}};
  image.config = json::serialize(config);
  const Image amended = amend(image, numbers(1, 1));
  BOOST_TEST(json::parse(amended.config).at("history").as_array().size() == 2U);
  BOOST_TEST(!json::parse(amend(fakes::memory_image({accounts}), numbers(1, 1)).config)
                  .as_object()
                  .contains("history"));
}

BOOST_AUTO_TEST_CASE(without_a_change_there_is_no_layer) {
  BOOST_TEST(amend(fakes::memory_image({accounts}), numbers(1000, 100)).layers.size() == 1U);
  BOOST_TEST(told.empty());
}

BOOST_AUTO_TEST_CASE(why_numbers_stay_is_told) {
  const std::string link =
      fakes::TarBuilder()
          .raw(fakes::RawTarHeader{.name = "etc", .type_flag = '2', .link_target = "nix"}.block())
          .finished();
  BOOST_TEST(amend(fakes::memory_image({link}), numbers(1, 1)).layers.size() == 1U);
  BOOST_REQUIRE_EQUAL(told.size(), 1U);
  BOOST_TEST(told.front().contains("/etc is a link"));
}

BOOST_AUTO_TEST_CASE(there_must_be_room_for_a_layer) {
  std::vector<std::string> layers;
  for (int i = 0; i < 125; ++i)
    layers.push_back(fakes::layer_tar(std::to_string(i)));
  BOOST_CHECK_EXCEPTION(
      (void)amend(fakes::memory_image(layers), numbers(1, 1)), Error,
      [](const Error& error) { return error.kind() == ErrorKind::invalid_input; });
}

BOOST_AUTO_TEST_CASE(a_config_that_is_none) {
  for (const char* config : {"", "[]", R"({"config":1})", R"({"config":{"Labels":[]}})"}) {
    BOOST_CHECK_EXCEPTION((void)amend(image_with(config), labels_only), Error,
                          [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
  }
}

BOOST_AUTO_TEST_SUITE_END()
