#pragma once

#include <filesystem>
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

// Replaces `file` in one step (temporary file beside it, then rename), with mode 0644. Throws an
// Error of kind io or no_space; the old file is then untouched.
void write_file_atomically(const std::filesystem::path& file, std::string_view content);

} // namespace nixbuild
