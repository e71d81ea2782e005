#include "nix/evaluate.hpp"
#include "nix/fake_nix.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace nixbuild::nix;
using nixbuild::Error;
using nixbuild::ErrorKind;
using nixbuild::fakes::failing;
using nixbuild::fakes::Reply;
using Words = std::vector<std::string>;

namespace {

const std::string drv = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-image.drv";

Reply derivation(const std::string& system = "x86_64-linux") {
  return {.out = R"({"derivation":")" + drv +
                 R"(","output":"out","outputs":["out","dev"],"system":")" + system +
                 R"(","imageName":"hello","imageTag":"1",)"
                 R"("conf":"/nix/store/c.drv","package":"","mainProgram":""})"};
}

Reply missing(const std::string& name, const std::string& names) {
  return {.out = R"({"missing":")" + name + R"(","names":[)" + names + "]}"};
}

Reply no_such_output() {
  return failing(
      R"(@nix {"action":"msg","level":0,"msg":"error: flake '.' does not provide attribute 'x'"})");
}

auto says(ErrorKind kind, std::string message, std::string hint = "") {
  return [=](const Error& error) {
    BOOST_TEST_MESSAGE(error.message() << " | " << error.hint());
    return error.kind() == kind && error.message().find(message) != std::string::npos &&
           error.hint().find(hint) != std::string::npos;
  };
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(evaluate, FakeNix)

BOOST_AUTO_TEST_CASE(one_evaluation_when_the_package_is_there) {
  runner.on({"eval"}, derivation());
  const Evaluation evaluation = evaluate(".#image");
  BOOST_TEST(evaluation.attribute == "packages.x86_64-linux.image");
  BOOST_TEST(evaluation.derivation == drv);
  BOOST_TEST(evaluation.output == "out");
  BOOST_TEST(evaluation.system == "x86_64-linux");
  BOOST_TEST(evaluation.image_name == "hello");
  BOOST_TEST(evaluation.image_tag == "1");
  BOOST_TEST(runner.started.size() == 1U);
  const Words expected{program.string(),
                       "--extra-experimental-features",
                       "nix-command flakes",
                       "eval",
                       "--json",
                       "--log-format",
                       "internal-json",
                       "--apply",
                       after("--apply"),
                       "--",
                       ".#packages"};
  BOOST_TEST((runner.started.at(0).argv == expected));
  BOOST_TEST(after("--apply").ends_with(R"(find value [ "x86_64-linux" "image" ])"));
  BOOST_TEST((reporter.steps() == Words{"evaluate .#image"}));
}

BOOST_AUTO_TEST_CASE(the_order_of_the_search) {
  runner.on({"eval"}, {missing("image", R"("other")"), no_such_output(), derivation()});
  BOOST_TEST(evaluate(".#image.x").attribute == "image.x");
  BOOST_TEST((targets() == Words{".#packages", ".#legacyPackages", ".#image"}));
  BOOST_TEST(after("--apply").ends_with(R"(in find value [ "x" ])"));
}

BOOST_AUTO_TEST_CASE(a_full_path_is_believed) {
  runner.on({"eval"}, derivation());
  BOOST_TEST(evaluate("path:/r?dir=s#packages.x86_64-linux.image").attribute ==
             "packages.x86_64-linux.image");
  BOOST_TEST((targets() == Words{"path:/r?dir=s#packages"}));
  BOOST_TEST(after("--apply").ends_with(R"(in find value [ "x86_64-linux" "image" ])"));
}

BOOST_AUTO_TEST_CASE(an_output_alone_is_a_name) {
  runner.on({"eval"}, derivation());
  BOOST_TEST(evaluate(".#apps").attribute == "packages.x86_64-linux.apps");
}

BOOST_AUTO_TEST_CASE(the_default_package) {
  runner.on({"eval"}, {missing("default", ""), derivation()});
  BOOST_TEST(evaluate(".").attribute == "defaultPackage.x86_64-linux");
  BOOST_TEST((targets() == Words{".#packages", ".#defaultPackage"}));
}

BOOST_AUTO_TEST_CASE(names_with_dots_and_marks) {
  runner.on({"eval"}, {missing("a.b", ""), no_such_output(), derivation()});
  BOOST_TEST(evaluate(R"(.#"a.b".c)").attribute == R"("a.b".c)");
  BOOST_TEST(targets().back() == ".#%22a.b%22");
}

BOOST_AUTO_TEST_CASE(an_output_of_the_derivation) {
  runner.on({"eval"}, derivation());
  BOOST_TEST(evaluate(".#image^dev").output == "dev");
  BOOST_TEST(after("--apply").ends_with(R"("image" ])"));
  BOOST_CHECK_EXCEPTION(evaluate(".#image^doc"), Error,
                        says(ErrorKind::not_found, "no output 'doc'"));
  for (const char* text : {".#image^*", ".#image^a,b", ".#image^"})
    BOOST_CHECK_EXCEPTION(evaluate(text), Error, says(ErrorKind::invalid_input, "one output"));
}

BOOST_AUTO_TEST_CASE(another_system_is_refused_before_a_build) {
  runner.on({"eval"}, derivation("aarch64-linux"));
  BOOST_CHECK_EXCEPTION(evaluate(".#image"), Error,
                        says(ErrorKind::invalid_input, "is for aarch64-linux, but x86_64-linux"));
  runner.on({"eval"}, derivation("builtin"));
  BOOST_TEST(evaluate(".#image").derivation == drv);
  runner.on({"eval"}, derivation(""));
  BOOST_TEST(evaluate(".#image").derivation == drv);
}

BOOST_AUTO_TEST_CASE(nearest_names_of_a_missing_one) {
  runner.on({"eval"}, {missing("imgae", R"("image","hello")"), no_such_output()});
  BOOST_CHECK_EXCEPTION(evaluate(".#imgae"), Error,
                        says(ErrorKind::not_found, "flake '.' has no 'imgae' for x86_64-linux",
                             "Did you mean image?"));
  runner.on({"eval"}, {missing("zzz", R"("image","hello")"), no_such_output()});
  BOOST_CHECK_EXCEPTION(evaluate(".#zzz"), Error,
                        says(ErrorKind::not_found, "'zzz'", "It has: image, hello."));
}

BOOST_AUTO_TEST_CASE(a_system_that_the_flake_lacks) {
  const Reply no_system = missing("x86_64-linux", R"("aarch64-linux")");
  const Reply systems{.out = R"(["aarch64-linux","x86_64-linux"])"};
  runner.on({"eval"}, {no_system, no_such_output(), no_such_output(), systems});
  BOOST_CHECK_EXCEPTION(evaluate(".#image"), Error,
                        says(ErrorKind::not_found,
                             "has 'image' for aarch64-linux, but not for x86_64-linux",
                             "Add x86_64-linux"));
  BOOST_TEST(after("--apply").ends_with(R"(systemsWith "image" value)"));
  BOOST_TEST(targets().back() == ".#packages");
  runner.on({"eval"}, {no_system, no_such_output()});
  BOOST_CHECK_EXCEPTION(evaluate(".#image"), Error,
                        says(ErrorKind::not_found, "no 'image'", "aarch64-linux only"));
}

// On an x86_64 machine `nix eval REF#image` also finds packages.x86_64-linux.image.
BOOST_AUTO_TEST_CASE(what_is_there_for_this_machine_only) {
  runner.on({"eval"}, {missing("image", ""), no_such_output(), derivation(),
                       Reply{.out = R"(["x86_64-linux"])"}});
  BOOST_CHECK_EXCEPTION(evaluate(".#image", {}, "aarch64-linux"), Error,
                        says(ErrorKind::not_found, "for x86_64-linux, but not for aarch64-linux"));
  runner.on({"eval"}, {missing("image", ""), no_such_output(), derivation(), Reply{.out = "[]"}});
  BOOST_CHECK_EXCEPTION(evaluate(".#image", {}, "aarch64-linux"), Error,
                        says(ErrorKind::invalid_input, "is for x86_64-linux, but aarch64-linux"));
}

BOOST_AUTO_TEST_CASE(no_output_at_all) {
  runner.on({"eval"}, no_such_output());
  BOOST_CHECK_EXCEPTION(evaluate(".#image"), Error,
                        says(ErrorKind::not_found, "cannot evaluate .#image", "nix flake show"));
  BOOST_TEST(runner.started.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_failing_evaluation_ends_the_search) {
  runner.on({"eval"}, failing(R"(@nix {"action":"msg","level":0,"msg":"error: boom"})"));
  BOOST_CHECK_EXCEPTION(evaluate(".#image"), Error, [](const Error& error) {
    return error.kind() == ErrorKind::failed && error.detail() == "error: boom";
  });
  BOOST_TEST(runner.started.size() == 1U);
  BOOST_TEST((reporter.outcome_of("evaluate .#image") == nixbuild::progress::Outcome::failed));
}

BOOST_AUTO_TEST_CASE(a_silent_failure_tells_the_exit_code) {
  runner.on({"eval"}, failing("", 7));
  BOOST_CHECK_EXCEPTION(evaluate(".#image"), Error, [](const Error& error) {
    return error.detail().ends_with("ended with exit code 7");
  });
}

BOOST_AUTO_TEST_CASE(a_forgotten_mark) {
  runner.on({"eval"}, failing("error: cannot find flake 'flake:image' in the flake registries"));
  BOOST_CHECK_EXCEPTION(evaluate("image"), Error,
                        says(ErrorKind::not_found, "cannot evaluate", "`.#image`"));
}

BOOST_AUTO_TEST_CASE(no_derivation) {
  runner.on({"eval"}, Reply{.out = R"({"type":"set","names":["a","b"]})"});
  BOOST_CHECK_EXCEPTION(evaluate(".#nested"), Error,
                        says(ErrorKind::invalid_input, "a set", "In it are: a, b."));
}

BOOST_AUTO_TEST_CASE(flakes_take_no_arguments) {
  BOOST_CHECK_EXCEPTION(evaluate(".#image", {.args = {{"a", "1"}}}), Error,
                        says(ErrorKind::invalid_input, "--arg", "`--file`"));
  BOOST_TEST(runner.started.empty());
}

BOOST_AUTO_TEST_CASE(options_are_handed_on) {
  runner.on({"eval"}, derivation());
  (void)evaluate(".#image", {.override_inputs = {{"nixpkgs", "path:/n"}}, .impure = true});
  BOOST_TEST(after("--override-input") == "nixpkgs");
  BOOST_TEST(after("nixpkgs") == "path:/n");
  BOOST_TEST(after("--impure") == "--apply");
}

BOOST_AUTO_TEST_CASE(an_attribute_of_a_file) {
  runner.on({"eval"}, derivation());
  const Options options{.file = "f.nix", .args = {{"a", "1"}}, .arg_strings = {{"b", "x"}}};
  BOOST_TEST(evaluate("c.d^dev", options).output == "dev");
  const Words argv = runner.started.back().argv;
  const Words tail(argv.end() - 10, argv.end());
  BOOST_TEST(
      (tail == Words{"--file", "f.nix", "--arg", "a", "1", "--argstr", "b", "x", "--", "c.d"}));
  BOOST_TEST(after("--apply").find(R"({ "a" = (1)") != std::string::npos);
  runner.on({"eval"}, derivation("aarch64-linux"));
  BOOST_CHECK_EXCEPTION(evaluate("c", options), Error, says(ErrorKind::invalid_input, "aarch64"));
}

BOOST_AUTO_TEST_CASE(a_derivation_is_not_evaluated) {
  runner.on({"--binding", "system"}, Reply{.out = "x86_64-linux"});
  const Evaluation evaluation = evaluate(drv);
  BOOST_TEST(evaluation.derivation == drv);
  BOOST_TEST(evaluation.output == "out");
  BOOST_TEST(evaluation.system == "x86_64-linux");
  BOOST_TEST(runner.started.size() == 1U);
  BOOST_TEST(runner.started.at(0).argv.at(0) == (program.parent_path() / "nix-store").string());
  BOOST_TEST(evaluate(drv + "^dev").output == "dev");
  BOOST_TEST(evaluate(drv + "!dev").derivation == drv);
  runner.on({"--binding", "system"}, Reply{.out = "aarch64-linux"});
  BOOST_CHECK_EXCEPTION(evaluate(drv), Error, says(ErrorKind::invalid_input, "aarch64-linux"));
}

BOOST_AUTO_TEST_CASE(a_store_path_is_what_its_deriver_says) {
  const std::string path = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-image.tar.gz";
  runner.on({"--deriver", path}, Reply{.out = drv});
  runner.on({"--binding", "system", drv}, Reply{.out = "aarch64-linux"});
  BOOST_CHECK_EXCEPTION(evaluate(path), Error, says(ErrorKind::invalid_input, "aarch64-linux"));
  runner.on({"--deriver", path}, Reply{.out = "unknown-deriver"});
  const Evaluation evaluation = evaluate(path);
  BOOST_TEST(evaluation.derivation == path);
  BOOST_TEST(evaluation.output.empty());
  BOOST_TEST(evaluation.system.empty());
  runner.on({"--deriver", path}, failing("error: path is not valid"));
  BOOST_TEST(evaluate(path).system.empty());
}

BOOST_AUTO_TEST_SUITE_END()
