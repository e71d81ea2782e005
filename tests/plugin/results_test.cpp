#include "plugin/fake_world.hpp"
#include "plugin/results.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::plugin;
using nixbuild::oci::Platform;
using nixbuild::pipeline::BuildReport;
using nixbuild::pipeline::PushedImage;
using testing::digest_of;

namespace {

const Platform amd64{.os = "linux", .architecture = "amd64", .variant = ""};
const Platform arm64{.os = "linux", .architecture = "arm64", .variant = ""};

PushedImage pushed_as(const std::string& name) {
  return {.digest = digest_of('3'),
          .media_type = "m",
          .size = 7,
          .config_digest = digest_of('1'),
          .names = {nixbuild::oci::Reference::parse(name).value()},
          .platforms = {}};
}

std::string printed(const BuildReport& report, Results results = Results::names) {
  testing::CapturedOutput out;
  print_results(report, results, out);
  return out.text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(results)

BOOST_AUTO_TEST_CASE(an_index_names_its_platforms) {
  BuildReport report;
  report.images = {testing::image_named({"hello"})};
  report.images[0].platforms = {amd64, arm64};
  BOOST_TEST(printed(report) == "Loaded image: hello:latest (linux/amd64, linux/arm64)\n");
  report.images[0].platforms = {amd64};
  BOOST_TEST(printed(report) == "Loaded image: hello:latest\n");
}

BOOST_AUTO_TEST_CASE(everything_that_was_done_has_a_line) {
  BuildReport report;
  report.images = {testing::image_named({"ghcr.io/a/b:1"})};
  report.pushed = {pushed_as("ghcr.io/a/b:1")};
  report.written = {
      {.destination = "x.tar", .images = {{amd64, digest_of('1')}, {arm64, digest_of('2')}}}};
  report.validated = {{arm64, digest_of('2')}};
  BOOST_TEST(printed(report) == "Loaded image: ghcr.io/a/b:1\n"
                                "Pushed ghcr.io/a/b:1@" +
                                    digest_of('3').str() +
                                    "\n"
                                    "Wrote x.tar (linux/amd64, linux/arm64)\n"
                                    "Validated: linux/arm64 " +
                                    digest_of('2').str() + "\n");
}

BOOST_AUTO_TEST_CASE(a_push_by_digest_has_it_once) {
  BuildReport report;
  report.pushed = {pushed_as("ghcr.io/a/b@" + digest_of('3').str())};
  BOOST_TEST(printed(report) == "Pushed ghcr.io/a/b@" + digest_of('3').str() + "\n");
}

BOOST_AUTO_TEST_CASE(ids) {
  BuildReport report;
  BOOST_TEST(printed(report, Results::ids).empty());
  report.written = {{.destination = "x.tar", .images = {{amd64, digest_of('4')}}}};
  BOOST_TEST(printed(report, Results::ids) == digest_of('4').str() + "\n");
  report.pushed = {pushed_as("a")};
  BOOST_TEST(printed(report, Results::ids) == digest_of('3').str() + "\n");
  report.images = {testing::image_named({"a"})};
  BOOST_TEST(printed(report, Results::ids) == digest_of('1').str() + "\n");
  BOOST_TEST(printed(report, Results::nothing).empty());
}

BOOST_AUTO_TEST_SUITE_END()
