#include "source/split_manifest.hpp"
#include "support/format.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

using namespace nixbuild;
using source::SourceEntry;
using source::SourceTree;
using source::split_manifest;
using source::SplitManifest;

namespace {

SourceEntry entry(const std::string& path, const std::string& content) {
  return {.path = path, .digest = oci::Digest::of(content), .size = content.size()};
}

SourceTree tree_of(int files) {
  SourceTree tree;
  for (int number = 0; number < files; ++number)
    tree.entries.push_back(entry(format("file-{:06}", number), format("{}", number)));
  return tree;
}

std::string joined(const SplitManifest& split) {
  std::string text;
  for (const std::string& piece : split.pieces)
    text += piece;
  return text;
}

std::size_t pieces_only_in(const SplitManifest& changed, const SplitManifest& before) {
  const std::set<std::string> known(before.pieces.begin(), before.pieces.end());
  return static_cast<std::size_t>(std::ranges::count_if(
      changed.pieces, [&](const std::string& piece) { return !known.contains(piece); }));
}

} // namespace

BOOST_AUTO_TEST_SUITE(split_manifests)

BOOST_AUTO_TEST_CASE(the_pieces_are_the_manifest) {
  const SourceTree tree = tree_of(1000);
  const SplitManifest split = split_manifest(tree);
  BOOST_TEST(joined(split) == to_manifest(tree));
  BOOST_TEST(split.pieces.size() > 10U);
  BOOST_REQUIRE(split.list.entries.size() == split.pieces.size());
  for (std::size_t number = 0; number < split.pieces.size(); ++number) {
    BOOST_TEST(split.list.entries[number].size == split.pieces[number].size());
    BOOST_TEST(split.list.entries[number].digest.str() ==
               oci::Digest::of(split.pieces[number]).str());
  }
  const SourceTree read = source::parse_manifest(to_manifest(split.list));
  BOOST_TEST((read.entries == split.list.entries));
}

BOOST_AUTO_TEST_CASE(an_empty_tree_has_no_pieces) {
  BOOST_TEST(split_manifest({}).pieces.empty());
}

BOOST_AUTO_TEST_CASE(a_change_stays_in_its_piece) {
  const SourceTree tree = tree_of(5000);
  const SplitManifest before = split_manifest(tree);
  SourceTree edited = tree;
  edited.entries[2500] = entry("file-002500", "edited");
  BOOST_TEST(pieces_only_in(split_manifest(edited), before) == 1U);
  SourceTree longer = tree;
  longer.entries.insert(longer.entries.begin(), entry("a-new-file", "new"));
  BOOST_TEST(pieces_only_in(split_manifest(longer), before) <= 2U);
}

BOOST_AUTO_TEST_SUITE_END()
