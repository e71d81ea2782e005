#include "nix/fake_nix.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace nixbuild::nix;
using nixbuild::Error;
using nixbuild::ErrorKind;
using nixbuild::fakes::failing;
using nixbuild::fakes::Reply;
using Words = std::vector<std::string>;

namespace {

std::string drv(const std::string& name) {
  return "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-" + name + ".drv";
}

std::string derivation(const std::string& name, const std::string& system = "x86_64-linux") {
  return R"({"derivation":")" + drv(name) + R"(","output":"out","outputs":["out"],"system":")" +
         system + R"(","imageName":"","imageTag":"","conf":"","package":"","mainProgram":""})";
}

const std::string missing = R"({"missing":"x","names":[]})";

Reply answers(const Words& texts) {
  std::string list;
  for (const std::string& text : texts)
    list += (list.empty() ? "" : ",") + text;
  return {.out = "[" + list + "]"};
}

struct Together : FakeNix {
  // The derivations' paths; empty where there is no evaluation.
  Words evaluate_all(const Words& fragments, const Options& options = {}) {
    std::vector<FlakeAttribute> flakes;
    for (const std::string& fragment : fragments)
      flakes.push_back({.flake = ".", .fragment = fragment});
    Words derivations;
    for (const auto& evaluation :
         nix->evaluate_together(flakes, "x86_64-linux", options, reporter, {}))
      derivations.push_back(evaluation ? evaluation->derivation : "");
    return derivations;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(evaluate_together, Together)

BOOST_AUTO_TEST_CASE(packages_of_one_flake_take_one_evaluation) {
  runner.on({"eval"}, answers({derivation("web"), derivation("db")}));
  BOOST_TEST((evaluate_all({"web", "db"}) == Words{drv("web"), drv("db")}));
  BOOST_TEST((targets() == Words{".#packages"}));
  BOOST_TEST(after("--apply").ends_with(
      R"(in map (find value) [ [ "x86_64-linux" "web" ] [ "x86_64-linux" "db" ] ])"));
  BOOST_TEST((reporter.steps() == Words{"evaluate .#web, .#db"}));
}

BOOST_AUTO_TEST_CASE(what_is_no_package_is_looked_for_elsewhere) {
  runner.on({"eval"}, {answers({derivation("web"), missing}), answers({missing}),
                       answers({derivation("db")})});
  BOOST_TEST((evaluate_all({"web", "images.db"}) == Words{drv("web"), drv("db")}));
  BOOST_TEST((targets() == Words{".#packages", ".#legacyPackages", ".#images"}));
}

BOOST_AUTO_TEST_CASE(what_would_fail_is_left_to_an_evaluation_of_its_own) {
  runner.on({"eval"}, {answers({derivation("web"), derivation("db", "aarch64-linux"),
                                R"({"type":"set","names":[]})"})});
  BOOST_TEST((evaluate_all({"web", "db", "set", "a^x,y"}) == Words{drv("web"), "", "", ""}));
  runner.on({"eval"}, failing("error: boom"));
  BOOST_TEST((evaluate_all({"web", "db"}) == Words{"", ""}));
  runner.started.clear();
  BOOST_TEST((evaluate_all({"web", "db"}, {.args = {{"a", "1"}}}) == Words{"", ""}));
  BOOST_TEST(runner.started.empty());
}

BOOST_AUTO_TEST_CASE(an_answer_to_another_question_is_none) {
  for (const char* text : {"[]", "{}", "no json"}) {
    runner.on({"eval"}, Reply{.out = text});
    BOOST_CHECK_EXCEPTION((void)evaluate_all({"web"}), Error,
                          [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
  }
}

BOOST_AUTO_TEST_SUITE_END()
