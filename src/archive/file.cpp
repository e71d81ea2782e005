#include "archive/file.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nixbuild::archive {

namespace fs = std::filesystem;

File::File(fs::path path, UniqueFd fd, std::uint64_t size)
    : path_(std::move(path))
    , fd_(std::move(fd))
    , size_(size) {}

std::shared_ptr<const File> File::open(const fs::path& path) {
  // O_NONBLOCK: opening a named pipe must not wait for its writer before we can refuse it.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) {
      throw Error(ErrorKind::not_found, format("{} does not exist", path.string()));
    }
    throw system_error(errno, format("cannot open {}", path.string()));
  }
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) {
    throw system_error(errno, format("cannot examine {}", path.string()));
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::invalid_input, format("{} is not a regular file", path.string()));
  }
  return std::shared_ptr<const File>(
      new File(path, std::move(fd), static_cast<std::uint64_t>(status.st_size)));
}

std::size_t File::read_at(std::uint64_t offset, std::span<std::byte> buffer) const {
  for (;;) {
    const ssize_t got =
        ::pread(fd_.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw system_error(errno, format("cannot read {}", path_.string()));
  }
}

std::size_t FileSource::read(std::span<std::byte> buffer) {
  const std::size_t got = file_->read_at(offset_, buffer);
  offset_ += got;
  return got;
}

std::uint64_t FileSource::skip(std::uint64_t count) {
  const std::uint64_t left = file_->size() - std::min(file_->size(), offset_);
  const std::uint64_t skipped = std::min(count, left);
  offset_ += skipped;
  return skipped;
}

} // namespace nixbuild::archive
