#include "nix/evaluation_identity.hpp"
#include "nix/fake_nix.hpp"
#include "nix/recorded.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <functional>

using namespace nixbuild::nix;
using nixbuild::Environment;
using nixbuild::fakes::failing;
using nixbuild::fakes::Reply;

namespace {

const std::string clean = "# branch.oid 0123abc\n";
const std::string changed = clean + "1 .M N... 100644 100644 100644 1 1 flake.nix\n";
const std::string locked =
    R"({"locked":{"type":"git","rev":"1"},"locks":{"root":"root","nodes":{"root":{}}}})";

// A Nix that remembers; its derivations are files, so that they are there.
struct RememberingNix : FakeNix {
  std::filesystem::path flake = folder.path() / "flake";
  std::filesystem::path derivation =
      folder.path() / "store/0123456789abcdfghijklmnpqrsvwxyz-image.drv";
  Environment environment{{{"PATH", program.parent_path().string()},
                           {"HOME", folder.path().string()},
                           {"NIX_CONF_DIR", folder.path().string()}}};

  RememberingNix() {
    std::filesystem::create_directories(flake);
    std::filesystem::create_directories(derivation.parent_path());
    write(derivation, "Derive");
    runner.on({"git", "status"}, {.out = clean});
    runner.on({"flake", "metadata"}, {.out = locked});
    runner.on(
        {"eval"},
        {.out = R"({"derivation":")" + derivation.string() +
                R"(","output":"out","outputs":["out"],"system":"x86_64-linux","imageName":"",)"
                R"("imageTag":"","conf":"","package":"","mainProgram":""})"});
    renew();
  }
  static void write(const std::filesystem::path& file, const std::string& content) {
    nixbuild::write_file_atomically(file, content);
  }
  void renew() { nix.emplace(runner, environment, folder.path() / "evaluations"); }

  // How many evaluations one run takes.
  long evaluations(const std::string& fragment = "image", const Options& options = {},
                   const std::string& reference = "") {
    runner.started.clear();
    (void)evaluate((reference.empty() ? flake.string() : reference) + "#" + fragment, options);
    return count("eval");
  }
  [[nodiscard]] long count(const std::string& word) const {
    return std::ranges::count_if(runner.started, [&](const nixbuild::process::Command& command) {
      return std::ranges::find(command.argv, word) != command.argv.end();
    });
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(evaluation_identity, RememberingNix)

BOOST_AUTO_TEST_CASE(commit_is_evaluated_once) {
  BOOST_TEST(evaluations() == 1);
  BOOST_TEST(evaluations() == 0);
  BOOST_TEST(count("metadata") == 0); // git alone is asked
  BOOST_CHECK(reporter.all<nixbuild::progress::StepFinished>().back().outcome ==
              nixbuild::progress::Outcome::cached);
  const Evaluation known = evaluate(flake.string() + "#image");
  BOOST_TEST(known.derivation == derivation.string());
  BOOST_TEST(known.attribute == "packages.x86_64-linux.image");
}

BOOST_AUTO_TEST_CASE(without_a_memory_nothing_is_asked) {
  nix.emplace(runner, environment);
  BOOST_TEST(evaluations() == 1);
  BOOST_TEST(evaluations() == 1);
  BOOST_TEST(runner.started.size() == 1U);
}

BOOST_AUTO_TEST_CASE(tree_with_changes_is_evaluated_exactly_once_a_run) {
  runner.on({"git", "status"}, {.out = changed});
  BOOST_TEST(evaluations() == 1);
  BOOST_TEST(evaluations() == 1);
  BOOST_TEST(count("metadata") == 0);
}

BOOST_AUTO_TEST_CASE(what_makes_another_evaluation) {
  Options options;
  BOOST_TEST(evaluations() == 1);
  BOOST_TEST(evaluations("other") == 1);
  options.settings = {{"experimental-features", "x"}};
  BOOST_TEST(evaluations("image", options) == 1);
  options = {};
  options.accept_flake_config = true;
  BOOST_TEST(evaluations("image", options) == 1);
  runner.on({"git", "status"}, {.out = "# branch.oid 4567def\n"});
  BOOST_TEST(evaluations() == 1);
  BOOST_TEST(evaluations() == 0);
  write(folder.path() / "nix.conf", "sandbox = false");
  BOOST_TEST(evaluations() == 1);
  BOOST_TEST(evaluations() == 0);
  write(program, "another Nix");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  BOOST_TEST(evaluations() == 1);
  BOOST_TEST(evaluations() == 0);
  std::filesystem::remove(derivation);
  BOOST_TEST(evaluations() == 1);
}

BOOST_AUTO_TEST_CASE(what_does_not_matter) {
  BOOST_TEST(evaluations() == 1);
  Options options;
  options.max_jobs = "4";
  options.keep_going = true;
  options.show_trace = true;
  options.offline = true;
  BOOST_TEST(evaluations("image", options) == 0);
}

BOOST_AUTO_TEST_CASE(impure_evaluation_is_never_remembered) {
  Options options;
  options.impure = true;
  BOOST_TEST(evaluations("image", options) == 1);
  BOOST_TEST(evaluations("image", options) == 1);
  options = {};
  options.settings = {{"pure-eval", "false"}};
  BOOST_TEST(evaluations("image", options) == 1);
  BOOST_TEST(evaluations("image", options) == 1);
  write(folder.path() / "nix.conf", "pure-eval = false");
  BOOST_TEST(evaluations() == 1);
  BOOST_TEST(evaluations() == 1);
}

BOOST_AUTO_TEST_CASE(locks_that_are_not_in_the_tree_are_asked_for) {
  Options options;
  options.override_inputs = {{"nixpkgs", "path:/n"}};
  BOOST_TEST(evaluations("image", options) == 1);
  BOOST_TEST(evaluations("image", options) == 0);
  BOOST_TEST(count("metadata") == 1);
  runner.on({"flake", "metadata"}, failing("error: no"));
  BOOST_TEST(evaluations("image", options) == 1);
}

BOOST_AUTO_TEST_CASE(flake_elsewhere_is_told_by_its_lock) {
  BOOST_TEST(evaluations("image", {}, "github:a/b") == 1);
  BOOST_TEST(evaluations("image", {}, "github:a/b") == 0);
  runner.on({"flake", "metadata"},
            {.out = R"({"locked":{"type":"github","rev":"2"},"locks":{"root":"r","nodes":{}}})"});
  BOOST_TEST(evaluations("image", {}, "github:a/b") == 1);
}

BOOST_AUTO_TEST_CASE(commit_whose_inputs_are_not_locked) {
  runner.on({"flake", "metadata"},
            {.out = R"({"locked":{"type":"git","rev":"1"},"locks":{"root":"root","nodes":)"
                    R"({"root":{},"dirty":{"locked":{"type":"git","url":"file:///x"}}}}})"});
  BOOST_TEST(evaluations() == 1);
  BOOST_TEST(evaluations() == 1);
}

// Nix then locks anew each time, whatever the commit.
BOOST_AUTO_TEST_CASE(commit_without_its_lock_file) {
  runner.on({"flake", "metadata"},
            {.out = R"({"locked":{"type":"git","rev":"1","dir":"sub"},"locks":{"root":"root",)"
                    R"("nodes":{"root":{},"a":{"locked":{"rev":"2"}}}}})"});
  runner.on({"git", "ls-files"}, failing("error: pathspec did not match"));
  BOOST_TEST(evaluations() == 1);
  BOOST_TEST(evaluations() == 1);
  runner.on({"git", "ls-files", ":(top,literal)sub/flake.lock"}, {.out = "flake.lock\n"});
  BOOST_TEST(evaluations() == 1);
  BOOST_TEST(evaluations() == 0);
}

BOOST_AUTO_TEST_CASE(tree_that_never_changes_is_told_by_its_name) {
  const auto trees = folder.path() / "trees";
  std::filesystem::create_directories(trees / "abc/files");
  const std::string reference = "path:" + (trees / "abc/files").string() + "?rev=1";
  Options options;
  options.no_write_lock_file = true;
  options.unchanging_trees = trees.string();
  runner.on({"flake", "metadata"},
            {.out = R"({"locked":{"type":"path","narHash":"x"},"locks":{"root":"root",)"
                    R"("nodes":{"root":{},"a":{"locked":{"rev":"2"}}}}})"});
  // Its lock file is not there, or does not have all inputs.
  BOOST_TEST(evaluations("image", options, reference) == 1);
  write(trees / "abc/files/flake.lock", R"({"root":"root","nodes":{"root":{}}})");
  BOOST_TEST(evaluations("image", options, reference) == 1);
  write(trees / "abc/files/flake.lock",
        R"({"nodes":{"a":{"locked":{"rev":"2"}},"root":{}},"root":"root"})");
  BOOST_TEST(evaluations("image", options, reference) == 1);
  BOOST_TEST(evaluations("image", options, reference) == 0);
  BOOST_TEST(runner.started.empty()); // nothing is asked
  BOOST_TEST(evaluations("image", options, "path:" + (trees / "def/files").string()) == 1);
  options.override_inputs = {{"a", "path:/a"}};
  BOOST_TEST(evaluations("image", options, reference) == 1);
}

BOOST_AUTO_TEST_CASE(change_while_evaluating_is_noticed) {
  runner.on({"git", "status"}, std::vector<Reply>{{.out = clean}, {.out = changed}});
  BOOST_TEST(evaluations() == 1);
  runner.on({"git", "status"}, {.out = clean});
  BOOST_TEST(evaluations() == 1);
  BOOST_TEST(evaluations() == 0);
}

BOOST_AUTO_TEST_CASE(recorded_metadata) {
  for (const std::string_view version : recorded::versions) {
    BOOST_TEST_CONTEXT(version) {
      const auto of = [&](std::string_view file) {
        return parse_locked_flake(recorded::text(version, file));
      };
      BOOST_TEST(of("metadata-clean.json").has_value());
      BOOST_TEST(of("metadata-path.json").has_value());
      BOOST_TEST(!of("metadata-dirty.json").has_value());
      BOOST_TEST(of("metadata-clean.json")->text != of("metadata-path.json")->text);
      BOOST_TEST(!of("metadata-clean.json")->has_inputs);
      BOOST_TEST(of("metadata-clean.json")->lock_file == "flake.lock");
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_locked) {
  const auto with_input = [](const std::string& input) {
    return parse_locked_flake(R"({"locked":{"type":"git","rev":"1"},"locks":{"root":"root",)"
                              R"("nodes":{"root":{},"a":{"locked":)" +
                              input + "}}}}")
        .has_value();
  };
  BOOST_TEST(with_input(R"({"type":"github","rev":"1"})"));
  BOOST_TEST(with_input(R"({"type":"tarball","narHash":"sha256-x"})"));
  BOOST_TEST(with_input(R"({"type":"path","path":"./sub"})"));
  BOOST_TEST(!with_input(R"({"type":"path","path":"/sub"})"));
  BOOST_TEST(!with_input(R"({"type":"git","narHash":"sha256-x"})"));
  BOOST_TEST(!with_input(R"({"type":"git","rev":"1","dirtyRev":"1-dirty"})"));
  BOOST_TEST(!with_input("{}"));
  BOOST_TEST(!with_input("1"));
  for (const char* text : {"", "{}", "[]", R"({"locked":{"type":"git","rev":"1"}})"})
    BOOST_TEST(!parse_locked_flake(text).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
