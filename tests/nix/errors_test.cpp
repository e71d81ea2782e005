#include "fakes/recording_reporter.hpp"
#include "nix/errors.hpp"
#include "nix/log_progress.hpp"
#include "nix/recorded.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace nixbuild;
using nix::explain;
using nix::Failure;
namespace recorded = nix::recorded;

namespace {

// The Error that a recorded log becomes.
Error explained(std::string_view version, const std::string& file) {
  fakes::RecordingReporter reporter;
  progress::Step step(reporter, "nix");
  nix::LogProgress log(reporter, step);
  for (const std::string& line : recorded::lines(version, file))
    log.line(line);
  return explain("cannot", log.failure());
}

struct Expected {
  const char* log;
  ErrorKind kind;
  const char* in_hint;   // part of the remedy; empty: there is none
  const char* in_detail; // part of Nix's own text in every version
};

const std::vector<Expected> expectations{
    {"hash", ErrorKind::failed, "after `got:`", "specified: sha256-"},
    {"feature", ErrorKind::unavailable, "`system-features`", "no-machine-has-this"},
    {"kvm", ErrorKind::unavailable, "`fakeRootCommands`", "{kvm}"},
    {"platform", ErrorKind::unavailable, "`--platform`", "aarch64-linux"},
    {"disk", ErrorKind::no_space, "nix-collect-garbage", "> cp: error writing $out: No space"},
    {"killed", ErrorKind::failed, "memory", "signal 9"},
    {"no-output", ErrorKind::failed, "$out", "failed to produce output path"},
    {"broken", ErrorKind::failed, "`nix log /nix/store/", "> the last words of the builder"},
    {"broken-in-phase", ErrorKind::failed, "nix log", "broken-in-phase (in checkPhase):\n> 1 test"},
    {"dependency", ErrorKind::failed, "-broken.drv`", "> first line of the log"},
    {"two-broken", ErrorKind::failed, "nix log", "> second loser"},
    {"two-broken-daemon", ErrorKind::failed, "nix log", "> second loser"},
    {"missing-output", ErrorKind::not_found, "nix flake show", "does not provide attribute"},
    {"file-attribute", ErrorKind::not_found, "that the file has", "Did you mean one of"},
    {"file-missing", ErrorKind::failed, "", "/src/none.nix'"},
    {"impure", ErrorKind::invalid_input, "`--impure`", "/etc/hostname"},
    {"cycle", ErrorKind::failed, "--show-trace", "infinite recursion"},
    {"throws", ErrorKind::failed, "", "this attribute refuses to be evaluated"},
    {"no-flake", ErrorKind::not_found, "`git add`", "flake.nix'"},
    {"untracked", ErrorKind::not_found, "git add", "flake.nix"},
    {"ownership", ErrorKind::refused, "`path:.`", ""},
    {"experimental", ErrorKind::unavailable, "experimental-features", "'nix-command' is disabled"},
    {"no-daemon", ErrorKind::unavailable, "nix-daemon", "cannot connect to socket"},
    {"network", ErrorKind::unavailable, "`--offline`", "unable to download"},
    {"link-in-the-way", ErrorKind::refused, "`--out-link`", "already exists"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(errors)

BOOST_AUTO_TEST_CASE(recorded_failures_have_their_remedy) {
  for (const std::string_view version : recorded::versions) {
    for (const Expected& expected : expectations) {
      const Error error = explained(version, expected.log + std::string(".log"));
      BOOST_TEST_CONTEXT("Nix " << version << ", " << expected.log << ": " << error.hint()) {
        BOOST_TEST((error.kind() == expected.kind));
        BOOST_TEST(error.hint().find(expected.in_hint) != std::string::npos);
        BOOST_TEST(error.hint().empty() == std::string_view(expected.in_hint).empty());
        BOOST_TEST(error.detail().find(expected.in_detail) != std::string::npos, error.detail());
        BOOST_TEST(error.detail().find('\x1b') == std::string::npos);
        BOOST_TEST(error.message() == "cannot");
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_name_in_no_registry) {
  for (const char* version : {"2.26", "2.34"}) // 2.8 says something else without a registry
    BOOST_TEST(explained(version, "registry.log").hint().find("`.#NAME`") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_machine_that_ssh_does_not_reach) {
  for (const char* version : {"2.26", "2.34"}) {
    const Error error = explained(version, "ssh-refused.log");
    BOOST_TEST((error.kind() == ErrorKind::unavailable));
    BOOST_TEST(error.hint().contains("No ssh server"));
    BOOST_TEST(error.detail().contains("port 22: Connection refused")); // in the words of ssh
  }
}

BOOST_AUTO_TEST_CASE(a_nix_without_s3) {
  for (const char* version : {"2.8", "2.26"}) // that of 2.34 knows it
    BOOST_TEST(explained(version, "s3.log").hint().contains("built without S3"));
}

BOOST_AUTO_TEST_CASE(a_path_that_nobody_can_make) {
  for (const std::string_view version : recorded::versions) {
    const Error error = explained(version, "invalid-path.log");
    BOOST_TEST(error.hint().find("substituters") != std::string::npos, version);
    BOOST_TEST((error.kind() == ErrorKind::not_found));
  }
}

BOOST_AUTO_TEST_CASE(an_unsigned_path_from_a_cache) {
  for (const std::string_view version : recorded::versions) {
    const Error error = explained(version, "signature.log");
    BOOST_TEST(error.hint().find("`trusted-public-keys`") != std::string::npos, version);
  }
}

// Texts from the sources of Nix and nixpkgs, which cannot be provoked here.
BOOST_AUTO_TEST_CASE(texts_that_were_not_recorded) {
  const auto hint = [](std::string text) {
    return explain("cannot", {.text = std::move(text)}).hint();
  };
  const auto has = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  };
  BOOST_TEST(
      has(hint("error: cached failure of attribute 'packages.x86_64-linux.x'"), "eval-cache"));
  BOOST_TEST(has(hint("error: cannot add path '/nix/store/x' because it lacks a signature by a "
                      "trusted key"),
                 "trusted-public-keys"));
  BOOST_TEST(has(hint("error: could not find a flake.nix file"), "inside a flake"));
  BOOST_TEST(
      has(hint("error: Package ‘x-1’ in … has an unfree license (‘unfree’), refusing to evaluate."),
          "NIXPKGS_ALLOW_UNFREE"));
  BOOST_TEST(has(hint("error: some outputs of '/nix/store/x.drv' are not valid, so checking is not "
                      "possible"),
                 "without checking"));
  BOOST_TEST(has(hint("error: derivation '/nix/store/x.drv' may not be deterministic: output "
                      "'/nix/store/x' differs"),
                 "dates"));
  BOOST_TEST(has(hint("error: expected flake output attribute 'x' to be a derivation or path but "
                      "found a set"),
                 "package"));
  BOOST_TEST(has(hint("error: writing to file: No space left on device"), "nix-collect-garbage"));
  BOOST_TEST(hint("error: something else").empty());
}

BOOST_AUTO_TEST_CASE(checks_of_doctor_are_named) {
  const auto hint = [](std::string text) {
    return explain("cannot", {.text = std::move(text)}).hint();
  };
  BOOST_TEST(hint("error: writing to file: No space left on device")
                 .ends_with("\n`docker nixbuild doctor N9` tells more."));
  BOOST_TEST(
      hint("warning: ignoring the setting, you are not a trusted user").contains("doctor N7"));
  BOOST_TEST(!hint("error: infinite recursion encountered").contains("doctor"));
}

BOOST_AUTO_TEST_CASE(the_old_sentence_for_two_causes) {
  const auto hint = [](const char* features, const char* own, const char* own_features) {
    return explain("cannot",
                   {.text = std::string("error: a 'aarch64-linux' with features {") + features +
                            "} is required to build '/nix/store/x.drv', but I am a '" + own +
                            "' with features {" + own_features + "}"})
        .hint();
  };
  BOOST_TEST(hint("", "x86_64-linux", "kvm").find("`--platform`") != std::string::npos);
  BOOST_TEST(hint("kvm", "x86_64-linux", "").find("`--platform`") != std::string::npos);
  BOOST_TEST(hint("big-parallel", "aarch64-linux", "kvm").find("`system-features`") !=
             std::string::npos);
  BOOST_TEST(hint("big-parallel, kvm", "aarch64-linux", "").find("`fakeRootCommands`") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_log_that_talks_of_networks_is_no_network_failure) {
  const Failure failure{.text = "error: builder for '/nix/store/x.drv' failed with exit code 1",
                        .builds = {{.derivation = "/nix/store/x.drv",
                                    .phase = "",
                                    .tail = {"test: unable to download is reported"},
                                    .failed = true}}};
  BOOST_TEST(explain("cannot", failure).hint() ==
             "`nix log /nix/store/x.drv` shows the whole log of the build.");
}

BOOST_AUTO_TEST_CASE(a_daemons_message_is_not_repeated) {
  const std::string detail = explained("2.26", "two-broken-daemon.log").detail();
  BOOST_TEST(detail.find("> second loser") == detail.rfind("> second loser"));
}

BOOST_AUTO_TEST_CASE(frames_in_our_own_expression_are_left_out) {
  const Failure failure{.text = "error:\n"
                                "       … while evaluating a branch condition\n"
                                "         at «string»:40:8:\n"
                                "           39|     let\n"
                                "\n"
                                "       … while calling the 'throw' builtin\n"
                                "         at /src/flake.nix:24:16:\n"
                                "\n"
                                "       error: no"};
  BOOST_TEST(explain("cannot", failure).detail() == "error:\n"
                                                    "\n"
                                                    "       … while calling the 'throw' builtin\n"
                                                    "         at /src/flake.nix:24:16:\n"
                                                    "\n"
                                                    "       error: no");
}

BOOST_AUTO_TEST_CASE(a_missing_attribute_is_told_apart) {
  for (const std::string_view version : recorded::versions) {
    BOOST_TEST(nix::says_attribute_is_missing(explained(version, "missing-output.log").detail()));
    BOOST_TEST(!nix::says_attribute_is_missing(explained(version, "throws.log").detail()));
  }
}

// Nix's own words (2.34 src/libstore/unix/build/linux-derivation-builder.cc); an emulator to record
// them with is not at hand.
BOOST_AUTO_TEST_CASE(emulated_nix) {
  const Error error =
      explain("cannot", {.text = "error: unable to load seccomp BPF program: Invalid argument"});
  BOOST_CHECK(error.kind() == ErrorKind::unavailable);
  BOOST_TEST(error.hint().contains("filter-syscalls"));
}

// What nix-store 2.8 says of several paths when one of their builds has failed, without a network.
BOOST_AUTO_TEST_CASE(build_that_fails_is_not_for_want_of_a_network) {
  const std::string offline =
      "warning: unable to download 'https://cache.nixos.org/nix-cache-info': "
      "Couldn't resolve host name (6)";
  Failure failure{.text = "error: builder for '/nix/store/a.drv' failed with exit code 1\n"
                          "error: build of '/nix/store/b.drv', '/nix/store/c.drv' failed",
                  .remarks = offline,
                  .builds = {{.derivation = "/nix/store/a.drv", .phase = {}, .tail = {"no"}}}};
  BOOST_TEST(explain("cannot", failure).hint().starts_with("`nix log /nix/store/a.drv`"));
  failure.builds.clear();
  BOOST_TEST(explain("cannot", failure).hint().contains("network"));
}

BOOST_AUTO_TEST_SUITE_END()
