#include "source/file_look.hpp"

#include "source/flake_files.hpp"
#include "source/git_command.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include <sys/stat.h>

namespace nixbuild::source {

namespace fs = std::filesystem;

namespace {

std::int64_t change_time(const struct stat& status) {
#ifdef __APPLE__
  const std::timespec time = status.st_ctimespec;
#else
  const std::timespec time = status.st_ctim;
#endif
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// Nothing where nothing is.
std::optional<FileState> state_of(const fs::path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  if (S_ISDIR(status.st_mode)) return FileState{};
  if (S_ISLNK(status.st_mode)) {
    std::error_code gone;
    return FileState{.target = fs::read_symlink(path, gone).string()};
  }
  return FileState{.file = status.st_ino,
                   .size = static_cast<std::uint64_t>(status.st_size),
                   .changed_ns = change_time(status)};
}

bool is_at_or_below(const fs::path& path, const std::set<fs::path>& places) {
  return std::ranges::any_of(places, [&](const fs::path& place) {
    return std::ranges::mismatch(place, path).in1 == place.end();
  });
}

// Git writes it anew when a file is added.
fs::path index_of(const LocalFlake& flake, process::Runner& runner, const CancelToken& cancel) {
  auto answer = process::capture(
      runner, git_command(flake.root, {"rev-parse", "--git-path", "index"}), cancel);
  if (!answer.status.success())
    throw Error(ErrorKind::failed, format("git cannot tell about {}", flake.root.string()))
        .with_detail(std::move(answer.err));
  answer.out.resize(answer.out.find_last_not_of('\n') + 1);
  return (flake.root / answer.out).lexically_normal();
}

class Look {
public:
  explicit Look(const LocalFlake& flake) : flake_(flake) {}

  // `path` is below the root.
  void add(const fs::path& path) {
    if (auto state = state_of(path)) look_.files.emplace(path, *std::move(state));
    for (fs::path at = path; at != flake_.root; at = at.parent_path())
      if (!watch(at)) return; // then the folders above are known as well
  }

  // Whatever comes into it belongs to the flake.
  void add_open_folder(const fs::path& path) { look_.folders[path].clear(); }

  // A file beside the flake. Whether that is new to us.
  bool watch(const fs::path& file) {
    auto [folder, is_new] = look_.folders.try_emplace(file.parent_path());
    if (flake_.kind == LocalFlake::Kind::folder) return is_new;
    return folder->second.insert(file.filename().string()).second;
  }

  [[nodiscard]] FileLook finish() && { return std::move(look_); }

private:
  const LocalFlake& flake_;
  FileLook look_;
};

} // namespace

FileLook look_at(const LocalFlake& flake, const std::set<fs::path>& left_out,
                 process::Runner& runner, const CancelToken& cancel) {
  Look look(flake);
  for (const std::string& name : flake_files(flake, runner, cancel)) {
    const fs::path path = flake.root / name;
    if (is_at_or_below(path, left_out)) continue;
    look.add(path);
    std::error_code gone;
    if (flake.kind == LocalFlake::Kind::folder && fs::is_directory(fs::symlink_status(path, gone)))
      look.add_open_folder(path);
  }
  if (flake.kind == LocalFlake::Kind::git)
    look.watch(index_of(flake, runner, cancel));
  else
    look.add_open_folder(flake.root);
  return std::move(look).finish();
}

FileLook look_at(const std::set<fs::path>& files) {
  FileLook look;
  for (const fs::path& file : files) {
    if (auto state = state_of(file)) look.files.emplace(file, *std::move(state));
    look.folders[file.parent_path()].insert(file.filename().string());
  }
  return look;
}

std::vector<fs::path> differences(const FileLook& before, const FileLook& now) {
  std::vector<fs::path> paths;
  auto old = before.files.begin();
  auto fresh = now.files.begin();
  while (old != before.files.end() || fresh != now.files.end()) {
    const bool only_old =
        fresh == now.files.end() || (old != before.files.end() && old->first < fresh->first);
    const bool only_new =
        old == before.files.end() || (fresh != now.files.end() && fresh->first < old->first);
    if (only_old || only_new || old->second != fresh->second)
      paths.push_back(only_old ? old->first : fresh->first);
    if (!only_new) ++old;
    if (!only_old) ++fresh;
  }
  return paths;
}

} // namespace nixbuild::source
