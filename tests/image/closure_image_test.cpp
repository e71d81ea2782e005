#include "closures.hpp"
#include "fake_store.hpp"
#include "image/closure_image.hpp"
#include "image/container_config.hpp"
#include "layer_files.hpp"
#include "silent_reporter.hpp"
#include "support/error.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace image = nixbuild::image;
namespace json = boost::json;
using nixbuild::tests::closure_of;
using nixbuild::tests::FakeStore;
using nixbuild::tests::files_of;

namespace {

const std::string hello = "/nix/store/aaa-hello-2.12";
const std::string bash = "/nix/store/bbb-bash-5.2";
const std::string libc = "/nix/store/ccc-glibc-2.40";
const std::string coreutils = "/nix/store/ddd-coreutils-9.5";
const std::string certificates = "/nix/store/eee-nss-cacert-3.1";

// A program that needs a shell and the usual things.
struct Fixture {
  FakeStore files;
  nixbuild::TempDir cache_folder;
  image::DigestCache cache{cache_folder.path() / "layers"};
  nixbuild::tests::SilentReporter reporter;
  image::ClosureSource source{.closure = closure_of({{.path = hello, .references = {1, 2, 3, 4}},
                                                     {.path = bash, .references = {2}},
                                                     {.path = libc},
                                                     {.path = coreutils, .references = {2}},
                                                     {.path = certificates}}),
                              .platform = {.os = "linux", .architecture = "amd64", .variant = {}},
                              .package = "hello",
                              .main_program = {},
                              .store_root = files.root()};

  Fixture() {
    files.program(hello + "/bin/hello");
    files.file(libc + "/lib/libc.so.6", "libc");
    files.program(bash + "/bin/bash");
    files.link(bash + "/bin/sh", "bash");
    files.program(coreutils + "/bin/env");
    files.file(certificates + "/etc/ssl/certs/ca-bundle.crt", "CA");
  }

  image::Image make(const image::ClosureImageOptions& options = {}) {
    return image::closure_image(source, options, image::DigestTrust::remembered, cache, reporter,
                                {});
  }
  json::object run_config(const image::ClosureImageOptions& options = {}) {
    return json::parse(make(options).config).at("config").as_object();
  }
  auto base_files(const image::ClosureImageOptions& options = {}) {
    return files_of(*make(options).layers.front().content);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(closure_image, Fixture)

BOOST_AUTO_TEST_CASE(base_has_what_programs_expect) {
  const auto base = base_files();
  BOOST_TEST(base.at("/tmp").mode == 01777U);
  BOOST_TEST(base.at("/root").mode == 0700U);
  BOOST_TEST(base.at("/bin/sh").content == bash + "/bin/sh");
  BOOST_TEST(base.at("/usr/bin/env").content == coreutils + "/bin/env");
  BOOST_TEST(base.at("/etc/ssl/certs/ca-bundle.crt").content ==
             certificates + "/etc/ssl/certs/ca-bundle.crt");
  BOOST_TEST(base.at("/etc/passwd").content ==
             "root:x:0:0:root:/root:/bin/sh\n"
             "nobody:x:65534:65534:nobody:/var/empty:/sbin/nologin\n");
  BOOST_TEST(base.at("/etc/group").content == "root:x:0:\nnobody:x:65534:\n");
}

BOOST_AUTO_TEST_CASE(base_promises_nothing_that_the_closure_lacks) {
  source.closure = closure_of({{.path = libc}});
  const auto base = base_files();
  BOOST_TEST(!base.contains("/bin/sh"));
  BOOST_TEST(!base.contains("/usr/bin/env"));
  BOOST_TEST(!base.contains("/etc/ssl/certs/ca-bundle.crt"));
  BOOST_TEST(base.at("/etc/passwd").content.starts_with("root:x:0:0:root:/root:/sbin/nologin\n"));
}

BOOST_AUTO_TEST_CASE(layers_hold_the_whole_closure_and_the_root_last) {
  const image::Image made = make();
  BOOST_REQUIRE(made.layers.size() == 6U); // each path alone, and the base
  std::map<std::string, nixbuild::tests::LayerFile> all;
  for (const image::Layer& layer : made.layers)
    all.merge(files_of(*layer.content));
  BOOST_TEST(all.contains(libc + "/lib/libc.so.6"));
  BOOST_TEST(all.contains(bash + "/bin/bash"));
  BOOST_TEST(files_of(*made.layers.back().content).contains(hello + "/bin/hello"));
  BOOST_TEST(files_of(*made.layers[1].content).contains(libc + "/lib/libc.so.6"));
}

BOOST_AUTO_TEST_CASE(limit_of_layers_counts_all_of_them) {
  BOOST_TEST(make({.max_layers = 2}).layers.size() == 2U);
  BOOST_TEST(make({.max_layers = 4}).layers.size() == 4U);
}

BOOST_AUTO_TEST_CASE(config_says_what_the_layers_are) {
  const image::Image made = make();
  const json::value config = json::parse(made.config);
  const json::array& diff_ids = config.at("rootfs").at("diff_ids").as_array();
  BOOST_REQUIRE(diff_ids.size() == made.layers.size());
  for (std::size_t i = 0; i < diff_ids.size(); ++i)
    BOOST_TEST(diff_ids[i].as_string() == made.layers[i].diff_id.str());
  BOOST_TEST(config.at("history").as_array().size() == made.layers.size());
  BOOST_TEST(config.at("history").as_array().back().at("comment").as_string() ==
             "store path: hello-2.12");
  BOOST_TEST(config.at("config").at("Labels").at("dev.nixbuild.store-path").as_string() == hello);
  BOOST_TEST((made.config_digest == nixbuild::oci::Digest::of(made.config)));
  BOOST_TEST((made.platform == source.platform));
  BOOST_TEST(made.names.at(0).familiar() == "hello:latest");
}

BOOST_AUTO_TEST_CASE(container_finds_the_program_and_the_certificates) {
  const json::object config = run_config();
  BOOST_TEST(config.at("Cmd") == (json::array{hello + "/bin/hello"}));
  BOOST_TEST(config.at("Env") == (json::array{"PATH=" + hello + "/bin:/usr/bin:/bin",
                                              "SSL_CERT_FILE=/etc/ssl/certs/ca-bundle.crt"}));
}

BOOST_AUTO_TEST_CASE(command_is_the_main_program_or_the_package_s) {
  files.program(hello + "/bin/other");
  files.program(hello + "/bin/.hello-wrapped");
  files.file(hello + "/bin/notes", "text");
  BOOST_TEST(run_config().at("Cmd") == (json::array{hello + "/bin/hello"}));
  source.main_program = "other";
  BOOST_TEST(run_config().at("Cmd") == (json::array{hello + "/bin/other"}));
  source.main_program = "in-another-output";
  source.package = "";
  BOOST_TEST(run_config().at("Cmd") == (json::array{hello + "/bin/hello"}));
  source.package = "tools";
  BOOST_TEST(!run_config().contains("Cmd"));
}

BOOST_AUTO_TEST_CASE(only_program_is_the_command_whatever_its_name) {
  source.package = "something-else";
  BOOST_TEST(run_config().at("Cmd") == (json::array{hello + "/bin/hello"}));
}

BOOST_AUTO_TEST_CASE(script_without_a_folder_is_the_command) {
  files.program("/nix/store/fff-script.sh");
  source.closure =
      closure_of({{.path = "/nix/store/fff-script.sh", .references = {1}}, {.path = bash}});
  const json::object config = run_config();
  BOOST_TEST(config.at("Cmd") == (json::array{"/nix/store/fff-script.sh"}));
  BOOST_TEST(!config.contains("Env"));
}

BOOST_AUTO_TEST_CASE(user_of_the_options_can_log_in) {
  const auto base = base_files({.user = "app"});
  BOOST_TEST(base.at("/etc/passwd").content.ends_with("\napp:x:1000:1000::/home/app:/bin/sh\n"));
  BOOST_TEST(base.at("/etc/group").content.ends_with("\napp:x:1000:\n"));
  BOOST_TEST(base.at("/home/app").uid == 1000U);
  BOOST_TEST(base.at("/home/app").mode == 0700U);
  BOOST_TEST(run_config({.user = "app"}).at("User").as_string() == "app");
}

BOOST_AUTO_TEST_CASE(users_that_need_no_entry_get_none) {
  const std::string usual = base_files().at("/etc/passwd").content;
  for (const char* user : {"root", "nobody:nobody", "1000", "1000:1000", "0:root"})
    BOOST_TEST(base_files({.user = user}).at("/etc/passwd").content == usual, user);
  BOOST_TEST(
      base_files({.user = "1000:web"}).at("/etc/group").content.ends_with("\nweb:x:1000:\n"));
}

BOOST_AUTO_TEST_CASE(user_cannot_smuggle_lines_into_passwd) {
  for (const char* user : {"a\nb", "../x", "-a", "a:b:c", "a:b\nroot2", "a b", ":"})
    BOOST_CHECK_EXCEPTION(make({.user = user}), nixbuild::Error, [](const auto& error) {
      return error.kind() == nixbuild::ErrorKind::invalid_input;
    });
}

BOOST_AUTO_TEST_CASE(base_goes_on_top_when_it_changes_with_the_root) {
  source.closure = closure_of({{.path = bash, .references = {1}}, {.path = libc}});
  const image::Image made = make();
  BOOST_TEST(files_of(*made.layers.back().content).at("/bin/sh").content == bash + "/bin/sh");
  BOOST_TEST(files_of(*made.layers.front().content).contains(libc + "/lib/libc.so.6"));
}

BOOST_AUTO_TEST_CASE(shell_is_the_shell_not_a_link_to_it) {
  files.link(hello + "/bin/sh", bash + "/bin/sh");
  BOOST_TEST(base_files().at("/bin/sh").content == bash + "/bin/sh");
}

BOOST_AUTO_TEST_CASE(same_closure_is_the_same_image) {
  const image::Image first = make();
  const Fixture elsewhere;
  source.store_root = elsewhere.files.root();
  const image::Image second = make();
  BOOST_TEST(first.config == second.config);
}

BOOST_AUTO_TEST_SUITE_END()
