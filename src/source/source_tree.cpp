#include "source/source_tree.hpp"

#include "archive/file.hpp"
#include "archive/sha256.hpp"
#include "source/flake_files.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/parallel.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

namespace nixbuild::source {

namespace fs = std::filesystem;

namespace {

const oci::Digest& digest_of_nothing() {
  static const oci::Digest digest = oci::Digest::of("");
  return digest;
}

oci::Digest digest_of_file(const fs::path& file, std::uint64_t& size) {
  archive::FileSource source(archive::File::open(file));
  archive::Sha256 hash;
  // Not a vector: most files are small, and filling it with zeros would cost more than they do.
  std::array<std::byte, std::size_t{64} << 10U> buffer; // NOLINT: filled before it is read
  size = 0;
  while (const std::size_t count = source.read(buffer)) {
    hash.update(std::span(buffer).first(count));
    size += count;
  }
  return oci::Digest::from_hex(hash.finish());
}

// Nothing for what git tracks and is not there any more, and for submodules that were not asked
// for.
std::optional<SourceEntry> examine(const LocalFlake& flake, const std::string& path) {
  const fs::path on_disk = flake.root / path;
  std::error_code problem;
  const fs::file_status status = fs::symlink_status(on_disk, problem);
  SourceEntry entry{.path = path, .digest = digest_of_nothing()};
  switch (status.type()) {
  case fs::file_type::not_found:
    return std::nullopt;
  case fs::file_type::symlink: {
    const std::string target = fs::read_symlink(on_disk).string();
    entry.type = SourceEntry::Type::symlink;
    entry.digest = oci::Digest::of(target);
    entry.size = target.size();
    return entry;
  }
  case fs::file_type::directory:
    if (flake.kind == LocalFlake::Kind::git) return std::nullopt;
    entry.type = SourceEntry::Type::folder;
    return entry;
  case fs::file_type::regular:
    if ((status.permissions() & fs::perms::owner_exec) != fs::perms::none) {
      entry.type = SourceEntry::Type::executable;
    }
    entry.digest = digest_of_file(on_disk, entry.size);
    return entry;
  default:
    throw Error(ErrorKind::corrupt,
                format("{} is neither a file, a folder nor a symbolic link", on_disk.string()));
  }
}

} // namespace

SourceTree read_source_tree(const LocalFlake& flake, process::Runner& runner,
                            const CancelToken& cancel) {
  const std::set<std::string> names = flake_files(flake, runner, cancel);
  const std::vector<std::string> paths(names.begin(), names.end());
  std::vector<std::optional<SourceEntry>> entries(paths.size());
  parallel_for(
      paths.size(), std::thread::hardware_concurrency(),
      [&](std::size_t index) { entries[index] = examine(flake, paths[index]); }, cancel);
  SourceTree tree;
  for (std::optional<SourceEntry>& entry : entries)
    if (entry) tree.entries.push_back(*std::move(entry));
  return tree;
}

} // namespace nixbuild::source
