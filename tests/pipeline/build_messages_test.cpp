#include "pipeline/build_messages.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using pipeline::BuildReport;
using pipeline::BuildRequest;

namespace {

BuildRequest full_request() {
  return {.docker = {},
          .installable = ".#a \"b\"",
          .tags = {*oci::Reference::parse("me/app:1"), *oci::Reference::parse("x:y")},
          .platforms = {{"linux", "arm", "v7"}},
          .nix = {.file = "f.nix",
                  .args = {{"a", "1"}},
                  .arg_strings = {{"b", "2"}, {"c", ""}},
                  .override_inputs = {{"nixpkgs", "github:x/y"}},
                  .settings = {{"cores", "1"}},
                  .impure = true,
                  .accept_flake_config = true,
                  .no_write_lock_file = true,
                  .refresh = true,
                  .offline = true,
                  .show_trace = true,
                  .keep_going = true,
                  .max_jobs = "4",
                  .cores = "2",
                  .builders = ""},
          .out_link = {},
          .dry_run = true,
          .image_options = {.name = "n",
                            .entrypoint = std::vector<std::string>{"/init"},
                            .cmd = std::vector<std::string>{},
                            .env = {"A=b"},
                            .user = "u",
                            .workdir = "/w",
                            .exposed_ports = {"80"},
                            .labels = {{"l", "v"}},
                            .max_layers = 7},
          .stable_order = true,
          .remove_replaced = true,
          .amendments = image::Amendments{
              .booting = {.labels = {{"a", "1"}},
                          .missing_labels = {{"b", "2"}},
                          .missing_env = {"C=3"},
                          .missing_stop_signal = "SIGRTMIN+3",
                          .numbers = image::AccountNumbers{.user = "u", .uid = 1, .gid = 2}},
              .others = {.labels = {{"d", "4"}}}}};
}

BuildReport full_report() {
  return {
      .engine = {.product = "Docker Engine",
                 .version = "28.5.2",
                 .api = {.major_number = 1, .minor_number = 51},
                 .platform = {"linux", "arm64", ""},
                 .store = engine::ImageStore::containerd,
                 .driver = "overlayfs",
                 .id = "id",
                 .host_name = "host"},
      .images = {{.id = "sha256:1",
                  .config_digest = oci::Digest::of("config"),
                  .manifest_digest = oci::Digest::of("manifest"),
                  .names = {*oci::Reference::parse("a:b")},
                  .sent_bytes = 1ULL << 40U}},
      .validated = {{.platform = {"linux", "arm64", ""}, .config_digest = oci::Digest::of("c")}},
      .plans = {{.platform = {"linux", "amd64", ""},
                 .installable = ".",
                 .attribute = "packages",
                 .derivation = "/nix/store/x.drv",
                 .work = {.builds = {"a"},
                          .downloads = {"b", "c"},
                          .download_bytes = 5,
                          .unpacked_bytes = 6}}}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(build_messages)

BOOST_AUTO_TEST_CASE(a_request_arrives_whole) {
  const BuildRequest sent = full_request();
  const BuildRequest arrived = pipeline::parse_request(to_message(sent));
  BOOST_TEST(to_message(arrived) == to_message(sent));
  BOOST_TEST(arrived.installable == sent.installable);
  BOOST_TEST(arrived.tags.at(0).familiar() == "me/app:1");
  BOOST_TEST(arrived.platforms.at(0).str() == "linux/arm/v7");
  BOOST_TEST((arrived.nix.arg_strings == sent.nix.arg_strings));
  BOOST_TEST((arrived.nix.builders == sent.nix.builders));
  BOOST_TEST((arrived.image_options == sent.image_options));
  BOOST_TEST(arrived.remove_replaced);
  BOOST_TEST((arrived.amendments == sent.amendments));
}

BOOST_AUTO_TEST_CASE(what_was_not_said_stays_unsaid) {
  const BuildRequest arrived = pipeline::parse_request(to_message(BuildRequest()));
  BOOST_TEST(arrived.platforms.empty());
  BOOST_TEST(!arrived.nix.file.has_value());
  BOOST_TEST(!arrived.image_options.cmd.has_value());
  BOOST_TEST(!arrived.amendments.has_value());
  BOOST_TEST((arrived.image_options == image::ClosureImageOptions()));
}

BOOST_AUTO_TEST_CASE(a_report_arrives_whole) {
  const BuildReport arrived = pipeline::parse_report(to_message(full_report()));
  BOOST_TEST(to_message(arrived) == to_message(full_report()));
  BOOST_TEST((arrived.engine.store == engine::ImageStore::containerd));
  BOOST_TEST(arrived.images.at(0).sent_bytes == 1ULL << 40U);
  BOOST_TEST(arrived.plans.at(0).work.downloads.size() == 2U);
}

BOOST_AUTO_TEST_CASE(nonsense_is_an_error) {
  const std::string good = to_message(full_report());
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), good.substr(0, good.size() / 2)}) {
    BOOST_CHECK_EXCEPTION((void)pipeline::parse_report(text), Error,
                          [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
    BOOST_CHECK_THROW((void)pipeline::parse_request(text), Error);
  }
}

BOOST_AUTO_TEST_SUITE_END()
