#pragma once

#include "source/local_flake.hpp"

#include <chrono>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string_view>

namespace nixbuild::source {

// Proves that another machine sees the same folder and not just one of the same name: an empty
// file with a name that nobody can foresee. In a git work tree it lies in .git, where neither Nix
// nor git looks; else in the folder itself. Its folder's time stays as it was. The destructor
// removes the file; what a killed process has left, the next mark in that folder does.
class PlaceMark {
public:
  // Nothing where no file can be made, and in a work tree whose repository is elsewhere (.git is a
  // file), which the other machine may see without it.
  [[nodiscard]] static std::optional<PlaceMark> put(const LocalFlake& flake);

  PlaceMark(PlaceMark&& other) noexcept;
  PlaceMark& operator=(PlaceMark&&) = delete;
  ~PlaceMark();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
  PlaceMark(std::filesystem::path path, std::timespec before, std::timespec with_mark);

  std::filesystem::path path_;
  std::timespec folder_before_; // when the folder was changed last, without the mark
  std::timespec folder_with_mark_;
};

// Whether a file called `name` is such a mark: that of another run is no part of a flake.
[[nodiscard]] bool is_place_mark(std::string_view name) noexcept;

// Whether this user's git opens the work tree `root`: git, and what Nix has of it, refuses one of
// another owner (CVE-2022-24765), be it only by its folder or its .git.
[[nodiscard]] bool git_trusts(const std::filesystem::path& root);

} // namespace nixbuild::source
