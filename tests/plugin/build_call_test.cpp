#include "oci/machine_platform.hpp"
#include "plugin/build_command.hpp"
#include "plugin/build_options.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::plugin;
using nixbuild::Environment;
using nixbuild::Error;
using nixbuild::progress::Mode;

namespace {

using Variables = std::map<std::string, std::string>;

BuildCall parse(const std::vector<std::string>& arguments, const Variables& variables = {}) {
  static const OptionTable table = build_options();
  ParsedOptions options = parse_options(table, arguments, Until::end);
  const Environment environment(variables);
  add_from_environment(options, table, environment);
  return parse_build_call(options, {}, environment);
}

std::string refusal(const std::vector<std::string>& arguments, const Variables& variables = {}) {
  try {
    (void)parse(arguments, variables);
  } catch (const Error& error) {
    BOOST_TEST(nixbuild::exit_code(error.kind()) == 1);
    return error.message();
  }
  return "accepted";
}

} // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(Mode)
BOOST_TEST_DONT_PRINT_LOG_VALUE(Results)

BOOST_AUTO_TEST_SUITE(build_call)

BOOST_AUTO_TEST_CASE(defaults) {
  const BuildCall call = parse({});
  BOOST_TEST(call.request.installable == ".");
  BOOST_TEST(call.request.tags.empty());
  BOOST_TEST(call.request.platforms.empty());
  BOOST_TEST(!call.request.dry_run);
  BOOST_TEST(call.progress == Mode::automatic);
  BOOST_TEST(call.results == Results::names);
}

BOOST_AUTO_TEST_CASE(everything) {
  const BuildCall call =
      parse({"-t", "a:1", "--tag=ghcr.io/b/c", ".#x", "--platform", "linux/arm64", "--iidfile", "i",
             "--metadata-file", "m", "--out-link", "l", "--dry-run", "-D", "--progress", "plain"});
  BOOST_TEST(call.request.installable == ".#x");
  BOOST_TEST(call.request.tags.at(0).str() == "docker.io/library/a:1");
  BOOST_TEST(call.request.tags.at(1).str() == "ghcr.io/b/c:latest");
  BOOST_TEST(call.request.platforms.at(0).str() == "linux/arm64");
  BOOST_TEST(call.request.out_link.value() == "l");
  BOOST_TEST(call.request.dry_run);
  BOOST_TEST(call.request.docker.debug);
  BOOST_TEST(call.files.image_id.value() == "i");
  BOOST_TEST(call.files.metadata.value() == "m");
  BOOST_TEST(call.progress == Mode::plain);
}

BOOST_AUTO_TEST_CASE(options_of_nix) {
  const auto nix = parse({"--arg",
                          "a",
                          "1",
                          "--argstr",
                          "b",
                          "x y",
                          "--override-input",
                          "nixpkgs",
                          "path:/n",
                          "--option",
                          "sandbox",
                          "false",
                          "--impure",
                          "--accept-flake-config",
                          "--no-write-lock-file",
                          "--refresh",
                          "--offline",
                          "--show-trace",
                          "--keep-going",
                          "-j2",
                          "--cores",
                          "3",
                          "--builders",
                          ""})
                       .request.nix;
  BOOST_TEST(nix.args.at(0).first == "a");
  BOOST_TEST(nix.args.at(0).second == "1");
  BOOST_TEST(nix.arg_strings.at(0).second == "x y");
  BOOST_TEST(nix.override_inputs.at(0).second == "path:/n");
  BOOST_TEST(nix.settings.at(0).first == "sandbox");
  BOOST_TEST(nix.impure);
  BOOST_TEST(nix.accept_flake_config);
  BOOST_TEST(nix.no_write_lock_file);
  BOOST_TEST(nix.refresh);
  BOOST_TEST(nix.offline);
  BOOST_TEST(nix.show_trace);
  BOOST_TEST(nix.keep_going);
  BOOST_TEST(nix.max_jobs.value() == "2");
  BOOST_TEST(nix.cores.value() == "3");
  BOOST_TEST(nix.builders.value() == "");
  BOOST_TEST(!nix.file.has_value());
}

BOOST_AUTO_TEST_CASE(attribute_of_a_file_may_be_left_out) {
  BOOST_TEST(parse({"-f", "default.nix"}).request.installable == "");
  BOOST_TEST(parse({"-f", "default.nix", "a.b"}).request.installable == "a.b");
}

BOOST_AUTO_TEST_CASE(platform_of_the_environment) {
  const Variables docker{{"DOCKER_DEFAULT_PLATFORM", "linux/386"}};
  BOOST_TEST(parse({}, docker).request.platforms.at(0).str() == "linux/386");
  const Variables both{{"DOCKER_DEFAULT_PLATFORM", "linux/386"},
                       {"NIXBUILD_PLATFORM", "linux/arm64"}};
  BOOST_TEST(parse({}, both).request.platforms.at(0).str() == "linux/arm64");
  BOOST_TEST(parse({"--platform", "linux/amd64"}, both).request.platforms.at(0).str() ==
             "linux/amd64");
}

BOOST_AUTO_TEST_CASE(several_platforms) {
  const auto platforms = [](const std::vector<std::string>& arguments,
                            const Variables& variables = {}) {
    std::string text;
    for (const auto& platform : parse(arguments, variables).request.platforms)
      text += platform.str() + " ";
    return text;
  };
  BOOST_TEST(platforms({"--platform", "linux/amd64, arm64", "--platform=linux/arm,aarch64"}) ==
             "linux/amd64 linux/arm64 linux/arm/v7 ");
  BOOST_TEST(platforms({}, {{"DOCKER_DEFAULT_PLATFORM", "arm64,amd64"}}) ==
             "linux/arm64 linux/amd64 ");
  BOOST_TEST(platforms({}, {{"NIXBUILD_PLATFORM", "arm64,386"}}) == "linux/arm64 linux/386 ");
  BOOST_TEST(platforms({"--platform=local"}) ==
             nixbuild::oci::platform_of_this_machine().str() + " ");
  const auto all = parse({"--platform=all,all"}).request;
  BOOST_TEST(all.all_platforms);
  BOOST_TEST(all.platforms.empty());
}

BOOST_AUTO_TEST_CASE(nodes) {
  const Variables variable{{"NIXBUILD_BUILDER", "ssh"}};
  const auto request =
      parse({"--builder", "linux/amd64=big", "--builder", "arm64=pi"}, variable).request;
  BOOST_TEST(request.nodes.size() == 2U);
  BOOST_TEST(request.nodes.at(0).first.str() == "linux/amd64");
  BOOST_TEST(request.nodes.at(0).second == "big");
  BOOST_TEST(request.nodes.at(1).second == "pi");
  BOOST_TEST((request.builder == nixbuild::pipeline::Builder::ssh));
  const auto named = parse({"--builder=linux/amd64=big", "--builder=mine"}, variable).request;
  BOOST_TEST(named.builder_name.value() == "mine");
}

BOOST_AUTO_TEST_CASE(what_goes_with_the_image) {
  BOOST_TEST(!parse({}).request.sbom);
  BOOST_TEST(!parse({}).request.provenance);
  BOOST_TEST(!parse({}).request.check);
  const auto request =
      parse({"--push", "-t", "a", "--sbom=true", "--provenance", "--check"}).request;
  BOOST_TEST(request.sbom);
  BOOST_TEST(request.provenance);
  BOOST_TEST(request.check);
  BOOST_TEST(!parse({"--sbom", "--sbom=false"}).request.sbom);
  for (const char* option : {"--sbom", "--provenance"}) {
    BOOST_CHECK_THROW((void)parse({option}), Error);
    BOOST_CHECK_THROW((void)parse({option, "--push", "--push-from=engine", "-t", "a"}), Error);
    BOOST_CHECK_NO_THROW((void)parse({option, "-o", "type=oci,dest=/tmp/a"}));
  }
}

BOOST_AUTO_TEST_CASE(options_that_are_set_once) {
  const auto nix =
      parse({}, {{"NIXBUILD_MAX_JOBS", "0"}, {"NIXBUILD_OFFLINE", "true"}}).request.nix;
  BOOST_TEST(nix.max_jobs.value() == "0");
  BOOST_TEST(nix.offline);
}

BOOST_AUTO_TEST_CASE(quiet) {
  BOOST_TEST(parse({"-q"}).results == Results::ids);
  BOOST_TEST(parse({"-q"}).progress == Mode::quiet);
  BOOST_TEST(parse({"--progress=quiet"}).results == Results::ids);
  BOOST_TEST(parse({"-q", "--progress=auto"}).progress == Mode::quiet);
  // As buildx: only the flag prints the ID.
  const Variables quiet_variable{{"BUILDKIT_PROGRESS", "quiet"}};
  BOOST_TEST(parse({}, quiet_variable).results == Results::names);
  BOOST_TEST(parse({"--progress=none"}).results == Results::nothing);
}

BOOST_AUTO_TEST_CASE(how_it_is_loaded) {
  BOOST_TEST(!parse({}).request.stable_order);
  BOOST_TEST(!parse({}).request.remove_replaced);
  BOOST_TEST(parse({"--stable-order"}).request.stable_order);
  BOOST_TEST(parse({"--rm-replaced"}).request.remove_replaced);
  const Variables variables{{"NIXBUILD_STABLE_ORDER", "1"}, {"NIXBUILD_RM_REPLACED", "true"}};
  BOOST_TEST(parse({}, variables).request.stable_order);
  BOOST_TEST(!parse({"--rm-replaced=false"}, variables).request.remove_replaced);
}

BOOST_AUTO_TEST_CASE(refusals) {
  BOOST_TEST(refusal({"-t", "Bad:TAG"}) ==
             "invalid tag \"Bad:TAG\": repository name must be lowercase");
  BOOST_TEST(refusal({"-t", "a@sha256:" + std::string(64, 'a')}).contains("cannot hold a digest"));
  BOOST_TEST(refusal({"--platform", "linux/amd64,"}).contains("invalid platform \"\""));
  BOOST_TEST(refusal({"--platform", "linux/amd64,all"}) ==
             "--platform all cannot be used with other platforms");
  BOOST_TEST(refusal({"--builder", "a/b/c/d=x"}).contains("invalid platform \"a/b/c/d\""));
  BOOST_TEST(refusal({"--builder", "linux/amd64="}).contains("names no context"));
  BOOST_TEST(refusal({"--builder=arm64=a", "--builder=linux/arm64=b"}) ==
             "--builder names two contexts for linux/arm64");
  BOOST_TEST(refusal({"--platform", "a/b/c/d"}).contains("invalid platform \"a/b/c/d\""));
  BOOST_TEST(refusal({"-q", "--progress", "plain"}) ==
             "progress=plain and quiet cannot be used together");
}

BOOST_AUTO_TEST_CASE(progress_mode_that_does_not_exist) {
  BOOST_CHECK_EXCEPTION(parse({"--progress", "foo"}), Error, [](const Error& error) {
    return error.message() == "invalid progress mode foo" &&
           nixbuild::exit_code(error.kind()) == 1; // buildx's
  });
}

BOOST_AUTO_TEST_SUITE_END()
