#include "source/source_tree.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <charconv>
#include <optional>
#include <set>

namespace nixbuild::source {

namespace {

using Type = SourceEntry::Type;

constexpr std::string_view letters = "fxld"; // in the order of SourceEntry::Type
constexpr std::size_t hex_length = 64;
constexpr std::size_t longest_path = 4096;

[[noreturn]] void fail(std::string_view problem) {
  throw Error(ErrorKind::corrupt, format("the list of source files is malformed: {}", problem));
}

void require_clean_path(std::string_view path) {
  if (path.empty() || path.size() > longest_path) fail("a path is empty or too long");
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    if (part.empty() || part == "." || part == "..") {
      fail(format("it has a part '{}' in a path", part));
    }
    path.remove_prefix(part.size());
    if (path == "/") fail("a path ends with '/'");
    if (!path.empty()) path.remove_prefix(1);
  }
}

// "<type> <digest's hex> <size> <path>"
SourceEntry parse_record(std::string_view record) {
  constexpr std::size_t size_at = 2 + hex_length + 1;
  const std::size_t type = record.empty() ? letters.npos : letters.find(record[0]);
  const std::size_t space = record.size() > size_at ? record.find(' ', size_at) : record.npos;
  if (type == letters.npos || space == record.npos || record[1] != ' ' ||
      record[size_at - 1] != ' ') {
    fail("a record has not four fields");
  }
  auto digest = oci::Digest::parse(format("sha256:{}", record.substr(2, hex_length)));
  if (!digest) fail(digest.error());
  SourceEntry entry{.type = static_cast<Type>(type),
                    .path = std::string(record.substr(space + 1)),
                    .digest = *std::move(digest)};
  const std::string_view size = record.substr(size_at, space - size_at);
  const auto [end, problem] = std::from_chars(size.data(), size.data() + size.size(), entry.size);
  if (problem != std::errc{} || end != size.data() + size.size()) fail("a size is no number");
  require_clean_path(entry.path);
  return entry;
}

// What is not a folder has nothing below it. The folders of an entry's path need no entries.
void require_no_overlap(const SourceTree& tree) {
  std::set<std::string_view> leaves;
  for (const SourceEntry& entry : tree.entries)
    leaves.insert(entry.path);
  for (const SourceEntry& entry : tree.entries) {
    const std::string_view path = entry.path;
    for (std::size_t slash = path.find('/'); slash != path.npos;
         slash = path.find('/', slash + 1)) {
      if (leaves.contains(path.substr(0, slash))) {
        fail(format("'{}' is below something that is no folder", path));
      }
    }
  }
}

} // namespace

std::string to_manifest(const SourceTree& tree) {
  std::string manifest;
  for (const SourceEntry& entry : tree.entries) {
    manifest += format("{} {} {} {}", letters[static_cast<std::size_t>(entry.type)],
                       entry.digest.hex(), entry.size, entry.path);
    manifest += '\0';
  }
  return manifest;
}

SourceTree parse_manifest(std::string_view manifest) {
  SourceTree tree;
  while (!manifest.empty()) {
    const std::size_t end = manifest.find('\0');
    if (end == manifest.npos) fail("it ends within a record");
    tree.entries.push_back(parse_record(manifest.substr(0, end)));
    if (tree.entries.size() > 1 &&
        tree.entries[tree.entries.size() - 2].path >= tree.entries.back().path) {
      fail("its paths are not in order");
    }
    manifest.remove_prefix(end + 1);
  }
  require_no_overlap(tree);
  return tree;
}

} // namespace nixbuild::source
