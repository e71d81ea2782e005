#include "source/place_mark.hpp"

#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nixbuild::source {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = ".docker-nixbuild-seen-";
// Longer than any mark is needed.
constexpr std::chrono::minutes abandoned{10};

std::optional<fs::path> folder_of_mark(const LocalFlake& flake) {
  if (flake.kind == LocalFlake::Kind::folder) return flake.root;
  std::error_code problem;
  fs::path repository = flake.root / ".git";
  if (!fs::is_directory(fs::symlink_status(repository, problem))) return std::nullopt;
  return repository;
}

std::string unforeseeable_name() {
  std::random_device random;
  std::string name(prefix);
  for (int word = 0; word < 4; ++word)
    name += format("{:08x}", random());
  return name;
}

void remove_abandoned(const fs::path& folder) {
  std::error_code problem;
  const auto long_ago = fs::file_time_type::clock::now() - abandoned;
  fs::directory_iterator at(folder, problem);
  for (; !problem && at != fs::directory_iterator(); at.increment(problem)) {
    if (!is_place_mark(at->path().filename().string())) continue;
    std::error_code gone; // another run may do the same
    const auto made = at->last_write_time(gone);
    if (!gone && made < long_ago) fs::remove(at->path(), gone);
  }
}

std::optional<std::timespec> time_of(const fs::path& folder) {
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0) return std::nullopt;
#ifdef __APPLE__
  return status.st_mtimespec;
#else
  return status.st_mtim;
#endif
}

bool same(const std::timespec& one, const std::timespec& other) {
  return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

bool is_own(const fs::path& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && status.st_uid == ::geteuid();
}

} // namespace

std::optional<PlaceMark> PlaceMark::put(const LocalFlake& flake) {
  const auto folder = folder_of_mark(flake);
  if (!folder) return std::nullopt;
  remove_abandoned(*folder);
  const auto before = time_of(*folder);
  fs::path path = *folder / unforeseeable_name();
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!before || !file) return std::nullopt;
  return PlaceMark(std::move(path), *before, time_of(*folder).value_or(*before));
}

PlaceMark::PlaceMark(fs::path path, std::timespec before, std::timespec with_mark)
    : path_(std::move(path))
    , folder_before_(before)
    , folder_with_mark_(with_mark) {}

PlaceMark::PlaceMark(PlaceMark&& other) noexcept
    : path_(std::exchange(other.path_, {}))
    , folder_before_(other.folder_before_)
    , folder_with_mark_(other.folder_with_mark_) {}

PlaceMark::~PlaceMark() {
  if (path_.empty()) return;
  const fs::path folder = path_.parent_path();
  const auto now = time_of(folder);
  ::unlink(path_.c_str());
  // Unless somebody else has changed the folder meanwhile.
  if (!now || !same(*now, folder_with_mark_)) return;
  const std::array<std::timespec, 2> times{{{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, folder_before_}};
  ::utimensat(AT_FDCWD, folder.c_str(), times.data(), 0);
}

bool is_place_mark(std::string_view name) noexcept {
  return name.starts_with(prefix);
}

bool git_trusts(const fs::path& root) {
  return is_own(root) && is_own(root / ".git");
}

} // namespace nixbuild::source
