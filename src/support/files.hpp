#pragma once

#include "support/unique_fd.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace nixbuild {

// A directory of our own (mode 0700), removed with everything in it.
class TempDir {
public:
  // Creates `<parent>/docker-nixbuild-XXXXXX`. Throws an Error of kind io or no_space.
  explicit TempDir(const std::filesystem::path& parent = std::filesystem::temp_directory_path());
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::filesystem::path path_;
};

// The whole of a small file. Throws an Error: not_found when it does not exist, corrupt when it is
// larger than `limit` bytes, else io.
[[nodiscard]] std::string read_file(const std::filesystem::path& file,
                                    std::size_t limit = std::size_t{16} << 20U);

// A file that takes its place in one step when it is whole: a temporary file beside it until then,
// which is removed when nothing comes of it. With mode 0644; the old file stays untouched till
// then. What is no regular file (a pipe, /dev/null) is written to directly. All calls throw an
// Error of kind io or no_space.
class NewFile {
public:
  explicit NewFile(std::filesystem::path file);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  void write(std::span<const std::byte> data);
  // The file gets this mode instead of 0644.
  void set_mode(unsigned mode) noexcept { mode_ = mode; }
  void set_owner(unsigned user, unsigned group);
  void commit();

private:
  std::filesystem::path file_;
  unsigned mode_ = 0644;
  std::string temporary_; // empty when there is none (any more)
  UniqueFd fd_;
};

// Replaces `file` in one step (temporary file beside it, then rename), with mode 0644. Throws an
// Error of kind io or no_space; the old file is then untouched.
void write_file_atomically(const std::filesystem::path& file, std::string_view content);

// The same for a file that others own: where `file` is a link it stays one and what it leads to is
// replaced, and mode and owner stay. A file that is not there yet gets mode 0600.
void rewrite_file(const std::filesystem::path& file, std::string_view content);

} // namespace nixbuild
