#pragma once

#include "support/cancel.hpp"
#include "support/environment.hpp"
#include "support/error.hpp"
#include "support/unique_fd.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace nixbuild::plugin {

// An archive that can be read at any place: a regular file as it is; a pipe's bytes in a file that
// has no name and so is gone when this program is, however it ends.
class ArchiveInput {
public:
  // Opens `file`, or where there is none takes `standard_input`. Pipes are read to their end, into
  // TMPDIR or /var/tmp: /tmp may be memory. Throws an Error: invalid_input for a terminal or when
  // nothing comes, not_found when there is no such file, no_space, io, cancelled.
  static ArchiveInput open(const std::optional<std::string>& file, int standard_input,
                           const Environment& environment, const CancelToken& cancel);

  // Where it can be opened, as long as this object lives.
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  // `error` with the name that the user knows in place of the path.
  [[nodiscard]] Error renamed(const Error& error) const;

private:
  ArchiveInput(std::filesystem::path path, std::string name, UniqueFd fd = {})
      : path_(std::move(path))
      , name_(std::move(name))
      , fd_(std::move(fd)) {}

  std::filesystem::path path_;
  std::string name_; // "standard input"
  UniqueFd fd_;
};

} // namespace nixbuild::plugin
