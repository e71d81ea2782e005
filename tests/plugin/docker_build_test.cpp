#include "plugin/build_options.hpp"
#include "plugin/docker_build.hpp"
#include "plugin/option_reader.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <fmt/ranges.h>

#include <filesystem>

namespace fs = std::filesystem;
using namespace nixbuild;
using namespace nixbuild::plugin;
using Words = std::vector<std::string>;

namespace {

std::string translated(const Words& arguments, const fs::path& folder = "/nonexistent") {
  const Environment environment(std::map<std::string, std::string>{{"VERSION", "1.2"}});
  const auto build = nix_build_of(arguments, environment, folder);
  return build ? fmt::format("{}", fmt::join(build->arguments, " ")) : "buildx";
}

void check_refused(const Words& arguments, ErrorKind kind, std::string_view words) {
  BOOST_TEST_CONTEXT(fmt::format("{}", fmt::join(arguments, " "))) {
    BOOST_CHECK_EXCEPTION((void)translated(arguments), Error, [&](const Error& error) {
      BOOST_TEST_MESSAGE(error.message());
      return error.kind() == kind && error.message().contains(words);
    });
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(docker_build)

BOOST_AUTO_TEST_CASE(whose_build_it_is) {
  for (const Words& arguments : {Words{"."},
                                 {"-t", "flake.nix", "."},
                                 {"-f", "Dockerfile", "."},
                                 {"flake.nix"},
                                 {"-f", "flake.nix", "-f", "Dockerfile", "."},
                                 {"--", "-f", "flake.nix"},
                                 {"-f", "-", "."},
                                 {"--file=nix", "."},
                                 {"-f"},
                                 {},
                                 {"--build-arg", "-fflake.nix", "."},
                                 {"-f", "flake.nix.dockerfile", "."}})
    BOOST_TEST(translated(arguments) == "buildx");
  for (const Words& arguments : {Words{"-f", "flake.nix", "."},
                                 {"-fflake.nix", "."},
                                 {"--file=flake.nix", "."},
                                 {".", "--file", "flake.nix"},
                                 {"-f", "Dockerfile", "-qf", "flake.nix", "."}})
    BOOST_TEST(translated(arguments).ends_with("-- ."));
}

BOOST_AUTO_TEST_CASE(flakes_and_their_attributes) {
  BOOST_TEST(translated({"-f", "sub/flake.nix", "."}) == "-- ./sub");
  BOOST_TEST(translated({"-f", "../flake.nix", "--target", "web", "."}) == "-- ..#web");
  BOOST_TEST(translated({"-f", "/srv/shop/flake.nix", "--target=web", "."}) == "-- /srv/shop#web");
  BOOST_TEST(translated({"-f", "image.nix", "."}) == "--file=image.nix");
  BOOST_TEST(translated({"-f", "x/image.nix", "--target", "a.b", "."}) ==
             "--file=x/image.nix -- a.b");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_in_the_context_only) {
  const TempDir folder;
  fs::create_directory(folder.path() / "app");
  write_file_atomically(folder.path() / "app/flake.nix", "{}");
  BOOST_TEST(translated({"-f", "flake.nix", "app"}, folder.path()) == "-- ./app");
  write_file_atomically(folder.path() / "flake.nix", "{}");
  BOOST_TEST(translated({"-f", "flake.nix", "app"}, folder.path()) == "-- .");
}

BOOST_AUTO_TEST_CASE(options_keep_their_meaning) {
  BOOST_TEST(
      translated({"-f", "flake.nix", "-t", "a:1", "--tag=b", "--platform", "linux/arm64", "--push",
                  "-q", "--label", "k=v w", "-o", "type=oci,dest=x", "--iidfile", "id", "."}) ==
      "--tag=a:1 --tag=b --platform=linux/arm64 --push=true --quiet=true --label=k=v w "
      "--output=type=oci,dest=x --iidfile=id -- .");
  BOOST_TEST(translated({"-f", "flake.nix", "--sbom=true", "--provenance=mode=max", "."}) ==
             "--sbom --provenance -- .");
  BOOST_TEST(translated({"-f", "flake.nix", "--provenance=false", "."}) ==
             "--provenance=false -- .");
  BOOST_TEST(translated({"-f", "a.nix", "--build-arg", "x=1=2", "--build-arg", "VERSION",
                         "--build-arg", "NONE", "."}) ==
             "--argstr x 1=2 --argstr VERSION 1.2 --file=a.nix");
  BOOST_TEST(translated({"-f", "flake.nix", "--help"}) == "--help");
}

BOOST_AUTO_TEST_CASE(each_translated_option_is_one_of_build) {
  const OptionTable table = build_options();
  const auto build =
      nix_build_of(Words{"-f", "flake.nix", "--annotation=a=b", "--builder=x", "--debug",
                         "--iidfile=f", "--label=a=b", "--load", "--metadata-file=f", "--output=x",
                         "--platform=p", "--progress=plain", "--provenance=true", "--push",
                         "--quiet", "--sbom=true", "--tag=t", "."},
                   Environment(), "/nonexistent");
  OptionReader reader(table, build->arguments);
  std::size_t options = 0;
  while (const auto token = reader.next()) {
    BOOST_TEST((token->kind != Token::Kind::unknown), token->text);
    if (token->kind == Token::Kind::option) ++options;
  }
  BOOST_TEST(options == 15U);
}

BOOST_AUTO_TEST_CASE(what_means_nothing_is_told) {
  const auto build = nix_build_of(Words{"-f", "flake.nix", "--pull", "--cache-from=x", "."},
                                  Environment(), "/nonexistent");
  BOOST_TEST(build->ignored == (Words{"--pull", "--cache-from"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_there_is_no_counterpart_of_is_refused) {
  using enum ErrorKind;
  check_refused({"-f", "flake.nix", "--secret", "id=x", "."}, invalid_input, "--secret");
  check_refused({"-f", "flake.nix", "--check", "."}, invalid_input, "--check");
  check_refused({"-f", "flake.nix", "--build-arg", "a=b", "."}, invalid_input, "--build-arg");
  check_refused({"-f", "flake.nix", "--sbom=generator=x", "."}, invalid_input, "--sbom=generator");
  check_refused({"-f", "flake.nix", "--nope", "."}, usage, "--nope");
  check_refused({"-f", "flake.nix"}, usage, "one argument");
  check_refused({"-f", "flake.nix", "a", "b"}, usage, "one argument");
  for (const char* context : {"-", "https://github.com/me/x.git", "git@github.com:me/x"})
    check_refused({"-f", "flake.nix", context}, invalid_input, context);
}

BOOST_AUTO_TEST_SUITE_END()
