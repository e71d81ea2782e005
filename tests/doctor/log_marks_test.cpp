#include "doctor/check.hpp"
#include "doctor/facts_of.hpp"
#include "doctor/log_marks.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

using namespace nixbuild::doctor;
using namespace nixbuild::doctor::testing;

namespace {

struct Recorded {
  std::string_view id;
  std::string_view text;
};

// What programs print, as it was recorded or stands in their sources.
constexpr std::array recorded{
    Recorded{"T1",
             "Error: failed to set up Native Linux Builder\nHTTP status code 400 Bad Request, "
             "reply: The Native Linux Builder is not currently available.\nContact "
             "support@determinate.systems for more information."},
    Recorded{"T4", "Native Linux Builder: write: No space left on device"},
    Recorded{"L9", "error: writing to file: No space left on device\nwhile building on "
                   "'ssh-ng://builder@linux-builder'"},
    Recorded{"N9", "error: writing to file: No space left on device"},
    Recorded{"N10", "warning: unable to download 'https://example.org/src.tar.gz': Could not "
                    "resolve host: example.org (6)"},
    Recorded{"N1", "bash: line 1: nix: command not found"},
    Recorded{"N2", "oops: you do not have 'xz' installed, which I need to unpack the binary "
                   "tarball"},
    Recorded{"N4", "error: cannot connect to socket at '/nix/var/nix/daemon-socket/socket': "
                   "Connection refused"},
    Recorded{"N6", "error: experimental Nix feature 'nix-command' is disabled"},
    Recorded{"N8", "warning: auto-disabling sandboxing because the prerequisite namespaces are not "
                   "available"},
    Recorded{"A1", "error: Cannot build '/nix/store/x-image.drv'.\n       Reason: platform "
                   "mismatch"},
    Recorded{"A1", "Reason: required system or feature not available\nRequired system: "
                   "'aarch64-linux' with features {}\nCurrent system: 'aarch64-darwin'"},
    Recorded{"A1", "error: a 'aarch64-linux' with features {} is required to build "
                   "'/nix/store/x.drv', but I am a 'aarch64-darwin' with features {}"},
    Recorded{"A2", "sh: /bin/x: cannot execute binary file: Exec format error"},
    Recorded{"A5", "error: unable to load seccomp BPF program: Invalid argument"},
    Recorded{"A6", "+ nix build --system aarch64-linux .#image"},
    Recorded{"B1", "Reason: missing system features\nRequired features: {kvm}"},
    Recorded{"B2", "error: hash mismatch in fixed-output derivation "
                   "'/nix/store/x-docker-image-base.tar.drv'"},
    Recorded{"B3", "error: some outputs of '/nix/store/x.drv' are not valid, so checking is not "
                   "possible"},
    Recorded{"B5", "error: repository path '/src' is not owned by current user"},
    Recorded{"D1", "enhanced container isolation: docker socket mount denied for container with "
                   "image \"nixos/nix\""},
    Recorded{"L1", "cannot build on 'ssh-ng://builder@linux-builder': error: failed to start SSH "
                   "connection to 'linux-builder'"},
    Recorded{"L2", "builder@localhost: Permission denied (publickey,keyboard-interactive)."},
    Recorded{"L3", "ssh: Could not resolve hostname linux-builder: nodename nor servname provided"},
    Recorded{"L5", "warning: unknown setting 'ssh-options'"},
    Recorded{"L6", "Host key verification failed."},
    Recorded{"L8", "Failed assertions:\n- `nix.linux-builder.enable` requires `nix.enable`"},
    Recorded{"L8", "error: Determinate detected, aborting activation"},
    Recorded{"R1", "cannot build on 'ssh-ng://rosetta-builder': error: failed to start SSH "
                   "connection"},
    Recorded{"R2", "error: Cannot build '/nix/store/x-nixos-image-qcow2.drv'.\nReason: platform "
                   "mismatch"},
    Recorded{"R2", "error: a 'aarch64-linux' with features {} is required to build "
                   "'/nix/store/x-rosetta-builder.yaml.drv', but I am a 'aarch64-darwin'"},
    Recorded{"C3", "warning: ignoring untrusted substituter 'https://me.cachix.org', you are not a "
                   "trusted user."},
    Recorded{"C4",
             "error: cannot add path '/nix/store/x' because it lacks a signature by a trusted "
             "key"},
    Recorded{"K8", "mux_client_request_session: session request failed"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(log_marks)

BOOST_AUTO_TEST_CASE(what_programs_print_is_recognised) {
  for (const Recorded& one : recorded) {
    BOOST_TEST_CONTEXT(one.id) {
      const auto outcome = look_into_log(one.text, one.id);
      BOOST_REQUIRE(outcome.has_value());
      BOOST_TEST(outcome->seen.starts_with("the log "));
      BOOST_TEST(!outcome->remedy.empty());
      Facts facts = healthy();
      facts.log = one.text;
      BOOST_TEST((outcome_of(facts, one.id).severity == outcome->severity));
    }
  }
}

BOOST_AUTO_TEST_CASE(only_the_line_itself_is_told) {
  const std::string log =
      "token=secret\n   error: unable to load seccomp BPF program: Invalid\ntoken=secret\n";
  BOOST_TEST(look_into_log(log, "A5")->seen ==
             "the log says: error: unable to load seccomp BPF program: Invalid");
  BOOST_TEST(look_into_log("TOKEN=secret nix build --rebuild", "B3")->seen ==
             "the log has --rebuild");
  BOOST_TEST(look_into_log(std::string(5000, 'x') + "Exec format error", "A2")->seen.size() < 400U);
}

BOOST_AUTO_TEST_CASE(other_text_is_passed_over) {
  for (const auto& finding : examine(healthy(), {}))
    BOOST_TEST(!look_into_log("these 3 derivations will be built:\nLoaded image: a:1", finding.id));
}

BOOST_AUTO_TEST_CASE(passwords_in_addresses_are_not_told) {
  Facts facts = healthy();
  facts.log = "warning: ignoring untrusted substituter 'https://me:secret@a.example/x', you are "
              "not a trusted user.";
  BOOST_TEST(outcome_of(facts, "C3").seen.contains("'https://a.example/x'"));
}

// The table of what can be wrong, as it was collected.
constexpr std::array rows{"X1", "X2", "X3",  "X4", "X5", "X6", "K1", "K2", "K3", "K4", "K5", "K6",
                          "K7", "K8", "M1",  "M2", "M3", "N1", "N2", "N3", "N4", "N5", "N6", "N7",
                          "N8", "N9", "N10", "A1", "A2", "A3", "A4", "A5", "A6", "B1", "B2", "B3",
                          "B4", "B5", "B6",  "B7", "B8", "B9", "D1", "D2", "D3", "D4", "L1", "L2",
                          "L3", "L4", "L5",  "L6", "L7", "L8", "L9", "T1", "T2", "T3", "T4", "R1",
                          "R2", "R3", "C1",  "C2", "C3", "C4", "C5", "C6"};

BOOST_AUTO_TEST_CASE(every_row_is_looked_for) {
  const std::vector<Check> checks = all_checks();
  for (const std::string_view row : rows) {
    BOOST_TEST_CONTEXT(row) {
      const auto check = std::ranges::find(checks, row, &Check::id);
      BOOST_REQUIRE((check != checks.end()));
      BOOST_TEST(!check->remedy.empty());
      const bool is_recognised = std::ranges::find(recorded, row, &Recorded::id) != recorded.end();
      // R3 has a command of its own.
      BOOST_TEST((check->look != nullptr || is_recognised || row == "R3"));
    }
  }
  const std::set<std::string_view> ids = [&] {
    std::set<std::string_view> all;
    for (const Check& check : checks)
      all.insert(check.id);
    return all;
  }();
  BOOST_TEST(ids.size() == checks.size());
}

BOOST_AUTO_TEST_CASE(native_builder_without_room_is_not_the_linux_builder) {
  constexpr std::string_view text = "Native Linux Builder: No space left on device";
  BOOST_TEST(look_into_log(text, "T4").has_value());
  BOOST_TEST(!look_into_log(text, "L9").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
