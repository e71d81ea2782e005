#pragma once

#include "archive/stream.hpp"
#include "support/unique_fd.hpp"

#include <filesystem>
#include <limits>
#include <memory>

namespace nixbuild::archive {

// A regular file, open for reading at any offset by any number of threads.
class File {
public:
  // Throws an Error: not_found when there is no such file, invalid_input when it is not a regular
  // one, else io.
  [[nodiscard]] static std::shared_ptr<const File> open(const std::filesystem::path& path);

  // Fills the front of `buffer` with what stands at `offset`; 0 only at the end of the file.
  [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer) const;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; } // when it was opened

private:
  File(std::filesystem::path path, UniqueFd fd, std::uint64_t size);
  std::filesystem::path path_;
  UniqueFd fd_;
  std::uint64_t size_;
};

// A file's bytes from an offset on. Skipping moves the offset.
class FileSource final : public Source {
public:
  explicit FileSource(std::shared_ptr<const File> file, std::uint64_t offset = 0)
      : file_(std::move(file))
      , offset_(offset) {}

  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override;
  [[nodiscard]] std::uint64_t skip(std::uint64_t count) override;

private:
  std::shared_ptr<const File> file_;
  std::uint64_t offset_;
};

} // namespace nixbuild::archive
