#include "nix/flags.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::nix;

namespace {

Options everything() {
  return {.file = {},
          .args = {{"a", "1"}},
          .arg_strings = {{"b", "x"}},
          .override_inputs = {{"nixpkgs", "path:/n"}},
          .settings = {{"sandbox", "false"}, {"substituters", ""}},
          .impure = true,
          .accept_flake_config = true,
          .no_write_lock_file = true,
          .refresh = true,
          .offline = true,
          .show_trace = true,
          .keep_going = true,
          .max_jobs = "2",
          .cores = "3",
          .builders = ""};
}

} // namespace

BOOST_AUTO_TEST_SUITE(flags)

BOOST_AUTO_TEST_CASE(no_options_no_flags) {
  BOOST_TEST(evaluation_flags({}).empty());
  BOOST_TEST((realisation_flags({}) == Arguments{"--max-jobs", "auto"}));
}

BOOST_AUTO_TEST_CASE(an_evaluation_gets_everything_but_arguments) {
  BOOST_TEST((evaluation_flags(everything()) == Arguments{"--option",
                                                          "sandbox",
                                                          "false",
                                                          "--option",
                                                          "substituters",
                                                          "",
                                                          "--cores",
                                                          "3",
                                                          "--option",
                                                          "builders",
                                                          "",
                                                          "--keep-going",
                                                          "--max-jobs",
                                                          "2",
                                                          "--override-input",
                                                          "nixpkgs",
                                                          "path:/n",
                                                          "--impure",
                                                          "--accept-flake-config",
                                                          "--no-write-lock-file",
                                                          "--refresh",
                                                          "--offline",
                                                          "--show-trace"}));
}

BOOST_AUTO_TEST_CASE(a_realisation_gets_what_builds) {
  BOOST_TEST((realisation_flags(everything()) ==
              Arguments{"--option", "sandbox", "false", "--option", "substituters", "", "--cores",
                        "3", "--option", "builders", "", "--keep-going", "--max-jobs", "2",
                        "--option", "substitute", "false"}));
}

BOOST_AUTO_TEST_SUITE_END()
