#include "nix/discovery.hpp"
#include "nix/fake_nix.hpp"
#include "nix/nix.hpp"
#include "nix/recorded.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::nix;
using fakes::failing;
using fakes::Reply;
using progress::Outcome;
using Words = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

const std::string drv = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-image.drv";
const std::string built = "/nix/store/1123456789abcdfghijklmnpqrsvwxyz-image";

} // namespace

BOOST_FIXTURE_TEST_SUITE(nix_commands, FakeNix)

BOOST_AUTO_TEST_CASE(the_program_is_looked_for_in_path_and_profiles) {
  BOOST_TEST(nix->program() == program);
  const TempDir home;
  const fs::path profile = home.path() / ".nix-profile/bin";
  fs::create_directories(profile);
  write_file_atomically(profile / "nix", "");
  const Environment environment({{"PATH", "/nowhere"}, {"HOME", home.path().string()}});
  if (!fs::exists("/nix/var/nix/profiles/default/bin/nix") &&
      !fs::exists("/run/current-system/sw/bin/nix")) {
    BOOST_CHECK_EXCEPTION((void)find_nix(environment), Error, [](const Error& error) {
      return error.kind() == ErrorKind::not_found && !error.hint().empty(); // not executable
    });
  }
  if (fs::exists("/nix/var/nix/profiles/default/bin/nix")) return; // that one is found first
  fs::permissions(profile / "nix", fs::perms::owner_all);
  BOOST_TEST(find_nix(environment) == profile / "nix");
}

BOOST_AUTO_TEST_CASE(the_version_is_asked_once) {
  runner.on({"--version"}, Reply{.out = "nix (Nix) 2.8.0"});
  BOOST_TEST(nix->version({}).text == "2.8.0");
  BOOST_TEST(!nix->version({}).at_least(2, 13));
  BOOST_TEST(runner.started.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_program_without_a_version) {
  runner.on({"--version"}, Reply{.out = "nix wine"});
  BOOST_CHECK_THROW((void)nix->version({}), Error);
  runner.on({"--version"}, failing("libfoo.so: not found", 127));
  BOOST_CHECK_EXCEPTION((void)nix->version({}), Error, [](const Error& error) {
    return error.kind() == ErrorKind::unavailable && error.detail() == "libfoo.so: not found";
  });
}

BOOST_AUTO_TEST_CASE(realise_asks_for_one_output_with_a_root) {
  const fs::path root = folder.path() / "roots/deep/image";
  runner.on({"--realise"}, Reply{.out = built + "\n"});
  BOOST_TEST(nix->realise(drv, "dev", root, {.offline = true}, reporter, {}) == built);
  BOOST_TEST((runner.started.at(0).argv ==
              Words{(program.parent_path() / "nix-store").string(), "--realise", drv + "!dev",
                    "--add-root", root.string(), "--log-format", "internal-json", "--max-jobs",
                    "auto", "--option", "substitute", "false"}));
  BOOST_TEST(fs::is_directory(root.parent_path()));
  BOOST_TEST((reporter.outcome_of("realise image") == Outcome::cached));
}

BOOST_AUTO_TEST_CASE(nix_store_prints_the_link) {
  const fs::path root = folder.path() / "image";
  fs::create_symlink(built, root);
  runner.on({"--realise"}, Reply{.out = root.string() + "\n"});
  BOOST_TEST(nix->realise(drv, "out", root, {}, reporter, {}) == built);
}

BOOST_AUTO_TEST_CASE(a_store_path_has_no_output) {
  runner.on({"--realise"}, Reply{.out = built});
  BOOST_TEST(nix->realise(built, "", folder.path() / "x", {}, reporter, {}) == built);
  BOOST_TEST(runner.started.at(0).argv.at(2) == built);
}

BOOST_AUTO_TEST_CASE(an_odd_answer_is_no_path) {
  for (const char* answer : {"", "\n", "/etc/passwd", "/nix/store/short"}) {
    runner.on({"--realise"}, Reply{.out = answer});
    BOOST_CHECK_EXCEPTION((void)nix->realise(drv, "out", folder.path() / "x", {}, reporter, {}),
                          Error,
                          [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
  }
}

BOOST_AUTO_TEST_CASE(a_failed_build_is_explained) {
  runner.on({"--realise"}, failing(recorded::text("2.34", "hash.log"), 102));
  BOOST_CHECK_EXCEPTION((void)nix->realise(drv, "out", folder.path() / "x", {}, reporter, {}),
                        Error, [](const Error& error) {
                          return error.message() == "cannot build image" &&
                                 error.hint().find("`got:`") != std::string::npos &&
                                 error.detail().find("hash mismatch") != std::string::npos;
                        });
  BOOST_TEST((reporter.outcome_of("realise image") == Outcome::failed));
}

BOOST_AUTO_TEST_CASE(several_are_realised_in_one_run) {
  runner.on({"--realise"}, Reply{.out = built + "\n"});
  nix->realise_together({{.derivation = drv, .output = "out"}, {.derivation = built, .output = ""}},
                        {.offline = true}, reporter, {});
  BOOST_TEST((runner.started.at(0).argv ==
              Words{(program.parent_path() / "nix-store").string(), "--realise", "--log-format",
                    "internal-json", "--no-gc-warning", "--max-jobs", "auto", "--option",
                    "substitute", "false", drv + "!out", built}));
  BOOST_TEST((reporter.outcome_of("realise image, image") == Outcome::cached));
}

BOOST_AUTO_TEST_CASE(of_several_those_that_need_the_failed_build_are_told) {
  const std::string other = "/nix/store/2123456789abcdfghijklmnpqrsvwxyz-other.drv";
  const std::string failed = "/nix/store/bwixbhz29ihia99l5psabg8scizp5gy7-hash-mismatch.drv";
  runner.on({"--realise"}, failing(recorded::text("2.34", "hash.log"), 102));
  const auto realise = [&] {
    nix->realise_together(
        {{.derivation = other, .output = "out"}, {.derivation = drv, .output = "out"}}, {},
        reporter, {});
  };
  runner.on({"--requisites", other}, Reply{.out = other + "\n"});
  runner.on({"--requisites", drv}, Reply{.out = failed + "\n" + drv + "\n"});
  BOOST_CHECK_EXCEPTION(realise(), FailureOfSome, [](const FailureOfSome& error) {
    return error.some() == std::vector<std::size_t>{1} && error.message() == "cannot build image" &&
           error.hint().find("`got:`") != std::string::npos;
  });
  runner.on({"--requisites", drv}, Reply{.out = drv + "\n"});
  BOOST_CHECK_EXCEPTION(realise(), Error, [](const Error& error) {
    return dynamic_cast<const FailureOfSome*>(&error) == nullptr &&
           error.message() == "cannot build other, image";
  });
}

BOOST_AUTO_TEST_CASE(a_cancelled_build_is_cancelled) {
  const CancelSource source;
  source.raise(CancelLevel::graceful);
  BOOST_CHECK_EXCEPTION(
      (void)nix->realise(drv, "out", folder.path() / "x", {}, reporter, source.token()), Error,
      [](const Error& error) { return error.kind() == ErrorKind::cancelled; });
}

BOOST_AUTO_TEST_CASE(a_dry_run_builds_nothing) {
  runner.on({"--realise", "--dry-run"}, Reply{.err = recorded::text("2.26", "dry-build.txt")});
  const DryRun run = nix->what_would_be_built(drv, "out", {}, {});
  BOOST_TEST(run.builds.size() == 2U);
  BOOST_TEST((runner.started.at(0).argv == Words{(program.parent_path() / "nix-store").string(),
                                                 "--realise", drv + "!out", "--dry-run",
                                                 "--max-jobs", "auto"}));
  runner.on({"--dry-run"}, failing("error: cannot connect to socket at "
                                   "'/nix/var/nix/daemon-socket/socket': No such file"));
  BOOST_CHECK_EXCEPTION((void)nix->what_would_be_built(drv, "out", {}, {}), Error,
                        [](const Error& error) { return error.kind() == ErrorKind::unavailable; });
}

BOOST_AUTO_TEST_CASE(attribute_names_for_completion) {
  runner.on({"eval"}, Reply{.out = R"(["image","b.c"])"});
  BOOST_TEST((nix->attribute_names(".", "x86_64-linux", {}) == Words{"image", "\"b.c\""}));
  BOOST_TEST(after("--apply") ==
             R"(packages: builtins.attrNames (packages.${"x86_64-linux"} or { }))");
  BOOST_TEST(targets().back() == ".#packages");
  BOOST_TEST(after("--no-write-lock-file") == "--option");
}

BOOST_AUTO_TEST_CASE(completion_is_silent_on_errors) {
  runner.on({"eval"}, {failing("error: boom"), Reply{.out = "no json"}, Reply{.out = "{}"}});
  for (int count = 0; count < 3; ++count)
    BOOST_TEST(nix->attribute_names(".", "x86_64-linux", {}).empty());
  const CancelSource source;
  source.raise(CancelLevel::graceful);
  BOOST_TEST(nix->attribute_names(".", "x86_64-linux", source.token()).empty());
}

BOOST_AUTO_TEST_SUITE_END()
