#include "cache/nar.hpp"

#include "support/error.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nixbuild::cache {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t alignment = 8;

class NarWriter {
public:
  NarWriter(archive::Sink& sink, const CancelToken& cancel) : sink_(sink), cancel_(cancel) {
    buffer_.resize(std::size_t{256} << 10U);
  }

  void write(const std::string& path) {
    text("nix-archive-1");
    node(path);
    flush();
  }

private:
  void node(const std::string& path) {
    cancel_.throw_if_cancelled();
    struct stat facts{};
    if (::lstat(path.c_str(), &facts) != 0) {
      if (errno == ENOENT) throw Error(ErrorKind::not_found, format("{} does not exist", path));
      throw system_error(errno, format("cannot look at {}", path));
    }
    text("(");
    text("type");
    if (S_ISREG(facts.st_mode)) {
      regular(path, facts);
    } else if (S_ISLNK(facts.st_mode)) {
      text("symlink");
      text("target");
      text(fs::read_symlink(path).string());
    } else if (S_ISDIR(facts.st_mode)) {
      directory(path);
    } else {
      throw Error(ErrorKind::corrupt,
                  format("{} is neither file, folder nor link, so no store can hold it", path));
    }
    text(")");
  }

  void regular(const std::string& path, const struct stat& facts) {
    text("regular");
    if ((facts.st_mode & S_IXUSR) != 0) {
      text("executable");
      text("");
    }
    text("contents");
    const auto size = static_cast<std::uint64_t>(facts.st_size);
    number(size);
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.get() < 0) throw system_error(errno, format("cannot open {}", path));
    std::uint64_t left = size;
    while (left > 0) {
      cancel_.throw_if_cancelled();
      if (used_ == buffer_.size()) flush();
      const std::size_t room = std::min<std::uint64_t>(buffer_.size() - used_, left);
      const ssize_t count = ::read(file.get(), buffer_.data() + used_, room);
      if (count < 0) {
        if (errno == EINTR) continue;
        throw system_error(errno, format("cannot read {}", path));
      }
      if (count == 0)
        throw Error(ErrorKind::corrupt, format("{} became shorter while it was read", path));
      used_ += static_cast<std::size_t>(count);
      left -= static_cast<std::uint64_t>(count);
    }
    pad(size);
  }

  void directory(const std::string& path) {
    text("directory");
    for (const std::string& name : names_in(path)) {
      text("entry");
      text("(");
      text("name");
      text(name);
      text("node");
      node(format("{}/{}", path, name));
      text(")");
    }
  }

  // By byte.
  static std::vector<std::string> names_in(const std::string& path) {
    std::error_code problem;
    std::vector<std::string> names;
    for (fs::directory_iterator entry(path, problem), end; !problem && entry != end;
         entry.increment(problem))
      names.push_back(entry->path().filename().string());
    if (problem) throw system_error(problem.value(), format("cannot read the folder {}", path));
    std::ranges::sort(names);
    return names;
  }

  void text(std::string_view content) {
    number(content.size());
    put(std::as_bytes(std::span(content)));
    pad(content.size());
  }

  void number(std::uint64_t value) {
    std::array<std::byte, sizeof(value)> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<std::byte>(value >> (8 * i) & 0xFFU);
    put(bytes);
  }

  void pad(std::uint64_t size) {
    constexpr std::array<std::byte, alignment> zeros{};
    put(std::span(zeros).first((alignment - size % alignment) % alignment));
  }

  void put(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      if (used_ == buffer_.size()) flush();
      const std::size_t count = std::min(bytes.size(), buffer_.size() - used_);
      std::ranges::copy(bytes.first(count), buffer_.begin() + static_cast<std::ptrdiff_t>(used_));
      used_ += count;
      bytes = bytes.subspan(count);
    }
  }

  void flush() {
    if (used_ > 0) sink_.write(std::span(buffer_).first(used_));
    used_ = 0;
  }

  archive::Sink& sink_;
  const CancelToken& cancel_;
  std::vector<std::byte> buffer_;
  std::size_t used_ = 0;
};

} // namespace

void write_nar(const fs::path& path, archive::Sink& sink, const CancelToken& cancel) {
  NarWriter(sink, cancel).write(path.string());
}

} // namespace nixbuild::cache
