#include "source/source_cache.hpp"

#include "archive/sha256.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>

namespace nixbuild::source {

namespace fs = std::filesystem;

namespace {

using Type = SourceEntry::Type;

[[noreturn]] void fail(const std::error_code& problem, std::string_view what) {
  throw system_error(problem.value(), std::string(what));
}

void make_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) fail(problem, format("cannot create {}", folder.string()));
}

} // namespace

SourceCache::SourceCache(fs::path folder) : folder_(std::move(folder)) {
  make_folder(folder_ / "blobs");
  make_folder(trees());
  std::error_code problem;
  fs::permissions(folder_, fs::perms::owner_all, problem);
  if (problem) fail(problem, format("cannot protect {}", folder_.string()));
}

fs::path SourceCache::blob(const SourceEntry& entry) const {
  const std::string_view suffix = entry.type == Type::executable ? "-x" : "";
  return folder_ / "blobs" / format("{}{}", entry.digest.hex(), suffix);
}

fs::path SourceCache::tree_folder(const oci::Digest& list) const {
  return trees() / list.hex();
}

std::optional<fs::path> SourceCache::find(const oci::Digest& list) const {
  const fs::path tree = tree_folder(list);
  std::error_code problem;
  if (!fs::is_directory(tree, problem)) return std::nullopt;
  fs::last_write_time(tree, fs::file_time_type::clock::now(), problem); // for prune()
  return tree / "files";
}

std::vector<std::size_t> SourceCache::missing(const SourceTree& tree) const {
  std::vector<std::size_t> entries;
  std::set<fs::path> seen;
  for (std::size_t index = 0; index < tree.entries.size(); ++index) {
    const SourceEntry& entry = tree.entries[index];
    if (entry.type == Type::folder) continue;
    const fs::path file = blob(entry);
    std::error_code problem;
    if (fs::exists(file, problem) || !seen.insert(file).second) continue;
    entries.push_back(index);
  }
  return entries;
}

// A content on its way, in a folder of its own until it is whole.
class SourceCache::Receiver::Arriving {
public:
  Arriving(const SourceCache& cache, const SourceEntry& entry)
      : entry_(entry)
      , kept_as_(cache.blob(entry))
      , folder_(cache.folder_)
      , file_(folder_.path() / "blob")
      , fd_(::open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    if (!fd_) throw system_error(errno, format("cannot create {}", file_.string()));
  }

  [[nodiscard]] const SourceEntry& entry() const { return entry_; }
  [[nodiscard]] std::uint64_t lacking() const { return entry_.size - written_; }

  void write(std::span<const std::byte> data) {
    write_all(fd_.get(), data);
    hash_.update(data);
    written_ += data.size();
  }

  [[nodiscard]] bool is_right() { return oci::Digest::from_hex(hash_.finish()) == entry_.digest; }

  void keep() const {
    const auto readable = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
    const auto runnable = fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
    const bool runs = entry_.type == Type::executable;
    std::error_code problem;
    fs::permissions(file_, runs ? readable | runnable : readable, problem);
    if (!problem) fs::rename(file_, kept_as_, problem);
    if (problem) fail(problem, format("cannot keep {}", entry_.path));
  }

private:
  const SourceEntry& entry_;
  fs::path kept_as_;
  TempDir folder_;
  fs::path file_;
  UniqueFd fd_;
  archive::Sha256 hash_;
  std::uint64_t written_ = 0;
};

SourceCache::Receiver SourceCache::receiver(const SourceTree& tree,
                                            const std::vector<std::size_t>& entries) const {
  return {*this, tree, entries};
}

SourceCache::Receiver::Receiver(const SourceCache& cache, const SourceTree& tree,
                                std::vector<std::size_t> entries)
    : cache_(cache)
    , tree_(tree)
    , entries_(std::move(entries)) {
  begin_next();
}

SourceCache::Receiver::~Receiver() = default;

// Keeps what is whole and goes on to what is not; empty files are whole from the start.
void SourceCache::Receiver::begin_next() {
  while (!arriving_ || arriving_->lacking() == 0) {
    if (arriving_) {
      if (!arriving_->is_right()) complain();
      arriving_->keep();
      arriving_.reset();
    }
    if (next_ == entries_.size()) return;
    arriving_ = std::make_unique<Arriving>(cache_, tree_.entries.at(entries_[next_++]));
  }
}

void SourceCache::Receiver::write(std::span<const std::byte> data) {
  while (!data.empty()) {
    if (!arriving_) throw Error(ErrorKind::corrupt, "more source files came than were asked for");
    const auto piece = data.first(std::min<std::uint64_t>(data.size(), arriving_->lacking()));
    arriving_->write(piece);
    data = data.subspan(piece.size());
    begin_next();
  }
}

void SourceCache::Receiver::finish() {
  if (arriving_) complain();
}

void SourceCache::Receiver::complain() const {
  throw Error(ErrorKind::corrupt, format("{} changed while it was sent", arriving_->entry().path))
      .with_hint("Try again when nothing writes to the source tree.");
}

std::string SourceCache::content(const SourceEntry& entry) const {
  return read_file(blob(entry));
}

void SourceCache::put_together(const SourceTree& tree, const fs::path& top) const {
  make_folder(top);
  std::error_code problem;
  fs::path made; // the folder before this one, which often is the same
  for (const SourceEntry& entry : tree.entries) {
    const fs::path path = top / entry.path;
    fs::path folder = entry.type == Type::folder ? path : path.parent_path();
    if (folder != made) fs::create_directories(folder, problem);
    made = std::move(folder);
    if (!problem && entry.type == Type::symlink) {
      fs::create_symlink(content(entry), path, problem);
    } else if (!problem && entry.type != Type::folder) {
      fs::create_hard_link(blob(entry), path, problem);
      // A thousand empty files in each of many trees, for instance.
      if (problem == std::errc::too_many_links) fs::copy_file(blob(entry), path, problem);
    }
    if (problem) fail(problem, format("cannot create {}", path.string()));
  }
}

fs::path SourceCache::assemble(const SourceTree& list, const SourceTree& tree) const {
  const fs::path whole = tree_folder(oci::Digest::of(to_manifest(list)));
  const TempDir growing(folder_);
  const fs::path top = growing.path() / "tree";
  put_together(list, top / "list");
  put_together(tree, top / "files");
  std::error_code problem;
  fs::rename(top, whole, problem);
  // Somebody else may have made the same tree meanwhile.
  if (problem && !fs::is_directory(whole)) {
    fail(problem, format("cannot create {}", whole.string()));
  }
  return whole / "files";
}

void SourceCache::prune(std::size_t keep) const {
  std::error_code ignored;
  std::vector<std::pair<fs::file_time_type, fs::path>> by_age;
  for (const auto& entry : fs::directory_iterator(trees(), ignored))
    by_age.emplace_back(entry.last_write_time(ignored), entry.path());
  if (by_age.size() <= keep) return;
  std::ranges::sort(by_age, std::greater<>());
  for (std::size_t index = keep; index < by_age.size(); ++index)
    fs::remove_all(by_age[index].second, ignored);
  // What is young may be of a tree that another run is about to put together.
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(1);
  for (const auto& entry : fs::directory_iterator(folder_ / "blobs", ignored)) {
    const bool unused = entry.hard_link_count(ignored) == 1;
    if (unused && entry.last_write_time(ignored) < old) fs::remove(entry.path(), ignored);
  }
}

} // namespace nixbuild::source
