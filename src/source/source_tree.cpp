#include "source/source_tree.hpp"

#include "archive/file.hpp"
#include "archive/sha256.hpp"
#include "process/output_stream.hpp"
#include "source/git_command.hpp"
#include "source/place_mark.hpp"
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

// Larger than any tree that Nix should copy into its store.
constexpr std::size_t most_entries = 1'000'000;

const oci::Digest& digest_of_nothing() {
  static const oci::Digest digest = oci::Digest::of("");
  return digest;
}

[[noreturn]] void too_many(const fs::path& root) {
  throw Error(ErrorKind::invalid_input,
              format("{} has more than {} files", root.string(), most_entries))
      .with_hint("Name the flake's own folder, or make it a git repository: then only the files "
                 "that git tracks count.");
}

std::set<std::string> tracked_by_git(const LocalFlake& flake, process::Runner& runner,
                                     const CancelToken& cancel) {
  std::vector<std::string> words{"ls-files", "-z", "--cached"};
  if (flake.submodules) words.emplace_back("--recurse-submodules");
  std::set<std::string> paths;
  std::string path;
  const auto split = [&](std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes) {
      if (byte != std::byte{0}) {
        path += static_cast<char>(byte);
        continue;
      }
      if (paths.size() == most_entries) too_many(flake.root);
      paths.insert(std::exchange(path, {}));
    }
  };
  with_frame(format("listing the files of {}", flake.root.string()), [&] {
    process::stream_output(runner, git_command(flake.root, words), split, cancel);
  });
  return paths;
}

std::set<std::string> everything_in(const LocalFlake& flake, const CancelToken& cancel) {
  std::set<std::string> paths;
  std::error_code problem;
  fs::recursive_directory_iterator at(flake.root, problem);
  for (; !problem && at != fs::recursive_directory_iterator(); at.increment(problem)) {
    cancel.throw_if_cancelled();
    if (paths.size() == most_entries) too_many(flake.root);
    if (at.depth() == 0 && is_place_mark(at->path().filename().string())) continue;
    const bool is_folder = at->is_directory() && !at->is_symlink();
    if (!is_folder || fs::is_empty(at->path(), problem)) {
      paths.insert(at->path().lexically_relative(flake.root).string());
    }
  }
  if (problem) throw system_error(problem.value(), format("cannot list {}", flake.root.string()));
  return paths;
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
  const std::set<std::string> names = flake.kind == LocalFlake::Kind::git
                                          ? tracked_by_git(flake, runner, cancel)
                                          : everything_in(flake, cancel);
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
