#include "nix/dry_run.hpp"
#include "nix/recorded.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using nixbuild::nix::DryRun;
using nixbuild::nix::parse_dry_run;
namespace recorded = nixbuild::nix::recorded;

BOOST_AUTO_TEST_SUITE(dry_run)

BOOST_DATA_TEST_CASE(builds, recorded::versions, version) {
  const DryRun run = parse_dry_run(recorded::text(version, "dry-build.txt"));
  BOOST_TEST(run.builds.size() == 2U);
  BOOST_TEST(run.builds.at(0).ends_with("-broken.drv"));
  BOOST_TEST(run.builds.at(0).starts_with("/nix/store/"));
  BOOST_TEST(run.downloads.empty());
}

BOOST_DATA_TEST_CASE(downloads, recorded::versions, version) {
  const DryRun run = parse_dry_run(recorded::text(version, "dry-fetch.txt"));
  BOOST_TEST(run.builds.empty());
  BOOST_TEST(run.downloads.size() == 1U);
  BOOST_TEST(run.downloads.at(0).ends_with("-good"));
  BOOST_TEST(run.download_bytes == (version == "2.34" ? 102U : 0U)); // 0.1 KiB
}

BOOST_DATA_TEST_CASE(nothing, recorded::versions, version) {
  const DryRun run = parse_dry_run(recorded::text(version, "dry-cached.txt"));
  BOOST_TEST(run.builds.empty());
  BOOST_TEST(run.downloads.empty());
}

BOOST_AUTO_TEST_CASE(both_with_sizes) {
  const DryRun run =
      parse_dry_run("warning: Git tree is dirty\n"
                    "this derivation will be built:\n"
                    "  /nix/store/a.drv\n"
                    "these 2 paths will be fetched (1.50 MiB download, 2.00 GiB unpacked):\n"
                    "  /nix/store/b\n"
                    "  /nix/store/c\n"
                    "something else\n"
                    "  /nix/store/d");
  BOOST_TEST(run.builds.size() == 1U);
  BOOST_TEST(run.downloads.size() == 2U);
  BOOST_TEST(run.download_bytes == 1'572'864U);
  BOOST_TEST(run.unpacked_bytes == 2'147'483'648U);
}

BOOST_AUTO_TEST_CASE(odd_sizes_count_as_nothing) {
  for (const char* text : {"x will be fetched (much download, y unpacked):",
                           "x will be fetched (-1 MiB download", "x will be fetched (nan download",
                           "x will be fetched (", "will be fetched (download unpacked"}) {
    BOOST_TEST(parse_dry_run(text).download_bytes == 0U);
    BOOST_TEST(parse_dry_run(text).unpacked_bytes == 0U);
  }
  BOOST_TEST(parse_dry_run("x will be fetched (1e300 PiB download").download_bytes ==
             1'000'000'000'000'000'000U);
}

BOOST_AUTO_TEST_SUITE_END()
