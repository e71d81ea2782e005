#include "source/source_cache.hpp"
#include "source/split_manifest.hpp"
#include "source_files.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using source::SourceCache;
using source::SourceEntry;
using source::SourceTree;
namespace fs = std::filesystem;

namespace {

using Type = SourceEntry::Type;

SourceEntry entry(const std::string& path, const std::string& content, Type type = Type::file) {
  return {.type = type, .path = path, .digest = oci::Digest::of(content), .size = content.size()};
}

const SourceTree example{{entry("bin/run", "#!", Type::executable),
                          entry("empty", "", Type::folder), entry("file", "content"),
                          entry("link", "bin/run", Type::symlink), entry("same", "content")}};

SourceTree list_of(const SourceTree& tree) {
  return source::split_manifest(tree).list;
}

oci::Digest digest_of(const SourceTree& tree) {
  return oci::Digest::of(to_manifest(list_of(tree)));
}

struct Fixture : tests::SourceFiles {
  SourceCache cache{root / "sources"};

  [[nodiscard]] fs::path assemble(const SourceTree& tree) const {
    const source::SplitManifest manifest = source::split_manifest(tree);
    for (const std::string& piece : manifest.pieces)
      receive(manifest.list, piece);
    return cache.assemble(manifest.list, tree);
  }
  void receive(const SourceTree& tree, const std::string& contents) const {
    SourceCache::Receiver receiver = cache.receiver(tree, cache.missing(tree));
    for (const char& byte : contents)
      receiver.write(std::as_bytes(std::span(&byte, 1)));
    receiver.finish();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(source_cache, Fixture)

BOOST_AUTO_TEST_CASE(a_tree_is_put_together_once) {
  BOOST_TEST(!cache.find(digest_of(example)).has_value());
  BOOST_TEST((cache.missing(example) == std::vector<std::size_t>{0, 2, 3}));
  receive(example, "#!contentbin/run");
  const fs::path tree = assemble(example);
  BOOST_TEST(read_file(tree / "file") == "content");
  BOOST_TEST(read_file(tree / "same") == "content");
  BOOST_TEST(fs::read_symlink(tree / "link") == "bin/run");
  BOOST_TEST(fs::is_directory(tree / "empty"));
  BOOST_TEST(
      ((fs::status(tree / "bin/run").permissions() & fs::perms::owner_exec) != fs::perms::none));
  BOOST_TEST(
      ((fs::status(tree / "file").permissions() & fs::perms::owner_exec) == fs::perms::none));
  BOOST_TEST(*cache.find(digest_of(example)) == tree);
  BOOST_TEST(cache.assemble(list_of(example), example) == tree);
}

BOOST_AUTO_TEST_CASE(only_what_changed_is_missing_next_time) {
  receive(example, "#!contentbin/run");
  SourceTree edited = example;
  edited.entries[2] = entry("file", "edited");
  BOOST_TEST((cache.missing(edited) == std::vector<std::size_t>{2}));
  edited.entries[2] = entry("file", "content", Type::executable);
  BOOST_TEST((cache.missing(edited) == std::vector<std::size_t>{2}));
}

BOOST_AUTO_TEST_CASE(contents_must_have_their_digests) {
  for (const char* contents : {"#!CONTENTbin/run", "#!content", "", "#!contentbin/runmore"}) {
    BOOST_CHECK_EXCEPTION(receive(example, contents), Error,
                          [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
  }
  BOOST_TEST(cache.missing(example).size() >= 1U);
}

BOOST_AUTO_TEST_CASE(trees_that_were_used_last_are_kept) {
  const SourceTree kept{{entry("file", "kept")}};
  receive(kept, "kept");
  (void)assemble(kept);
  const SourceTree other{{entry("other", "other")}};
  receive(other, "other");
  (void)assemble(other);
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(48);
  fs::last_write_time(root / "sources/trees" / digest_of(other).hex(), long_ago);
  for (const auto& blob : fs::directory_iterator(root / "sources/blobs"))
    fs::last_write_time(blob.path(), long_ago);
  cache.prune(1);
  BOOST_TEST(cache.find(digest_of(kept)).has_value());
  BOOST_TEST(!cache.find(digest_of(other)).has_value());
  BOOST_TEST(cache.missing(kept).empty());
  BOOST_TEST(cache.missing(other).size() == 1U);
  BOOST_TEST(cache.missing(list_of(kept)).empty());
  BOOST_TEST(cache.missing(list_of(other)).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
