#include "source/source_tree.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using source::parse_manifest;
using source::SourceEntry;
using source::SourceTree;

namespace {

SourceEntry entry(const std::string& path, SourceEntry::Type type = SourceEntry::Type::file) {
  return {.type = type, .path = path, .digest = oci::Digest::of(path), .size = path.size()};
}

bool is_refused(const SourceTree& tree) {
  try {
    (void)parse_manifest(to_manifest(tree));
    return false;
  } catch (const Error& error) {
    return error.kind() == ErrorKind::corrupt;
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(manifest)

BOOST_AUTO_TEST_CASE(what_was_written_is_read) {
  const SourceTree tree{{entry("a b\nc"), entry("bin/run", SourceEntry::Type::executable),
                         entry("empty", SourceEntry::Type::folder),
                         entry("link", SourceEntry::Type::symlink), entry("\xff")}};
  BOOST_TEST((parse_manifest(to_manifest(tree)).entries == tree.entries));
  BOOST_TEST(parse_manifest("").entries.empty());
}

BOOST_AUTO_TEST_CASE(trees_that_would_leave_their_folder_are_refused) {
  for (const char* path : {"", "/etc", "..", "a/../b", "a//b", "a/", "./a", "a/."})
    BOOST_TEST(is_refused({{entry(path)}}), path);
  BOOST_TEST(is_refused({{entry("a", SourceEntry::Type::symlink), entry("a/b")}}));
  BOOST_TEST(is_refused({{entry("a"), entry("a-b"), entry("a/b/c")}}));
  BOOST_TEST(is_refused({{entry("a"), entry("a")}}));
  BOOST_TEST(is_refused({{entry("b"), entry("a")}}));
}

BOOST_AUTO_TEST_CASE(malformed_records_are_refused) {
  const std::string good = source::to_manifest({{entry("a")}});
  for (std::size_t length = 1; length < good.size(); ++length)
    BOOST_CHECK_THROW((void)parse_manifest(std::string_view(good).substr(0, length)), Error);
  for (std::size_t at = 0; at + 2 < good.size(); ++at) {
    std::string bad = good;
    bad[at] = '*';
    BOOST_CHECK_THROW((void)parse_manifest(bad), Error);
  }
}

BOOST_AUTO_TEST_SUITE_END()
