#include "support/files.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <span>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nixbuild {

namespace fs = std::filesystem;

TempDir::TempDir(const fs::path& parent) {
  std::string name = (parent / "docker-nixbuild-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw system_error(errno, format("cannot create a directory in {}", parent.string()));
  }
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string read_file(const fs::path& file, std::size_t limit) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) {
      throw Error(ErrorKind::not_found, format("{} does not exist", file.string()));
    }
    throw system_error(errno, format("cannot open {}", file.string()));
  }
  return with_frame(format("reading {}", file.string()), [&] {
    std::string content;
    std::array<char, 65536> buffer{};
    while (const std::size_t got = read_some(fd.get(), std::as_writable_bytes(std::span(buffer)))) {
      content.append(buffer.data(), got);
      if (content.size() > limit) {
        throw Error(ErrorKind::corrupt,
                    format("{} is larger than {}", file.string(), format_bytes(limit)));
      }
    }
    return content;
  });
}

NewFile::NewFile(fs::path file) : file_(std::move(file)) {
  std::error_code none;
  const fs::file_status status = fs::status(file_, none);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    fd_ = UniqueFd(::open(file_.c_str(), O_WRONLY | O_CLOEXEC));
  } else {
    temporary_ = file_.string() + ".XXXXXX";
    fd_ = UniqueFd(::mkstemp(temporary_.data()));
  }
  if (fd_) return;
  const int problem = errno;
  temporary_.clear();
  throw system_error(problem, format("cannot write {}", file_.string()));
}

NewFile::~NewFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void NewFile::write(std::span<const std::byte> data) {
  with_frame(format("writing {}", file_.string()), [&] { write_all(fd_.get(), data); });
}

void NewFile::set_owner(unsigned user, unsigned group) {
  if (::fchown(fd_.get(), user, group) != 0)
    throw system_error(errno, format("cannot keep the owner of {}", file_.string()));
}

void NewFile::commit() {
  if (temporary_.empty()) return;
  if (::fchmod(fd_.get(), mode_) != 0 || ::rename(temporary_.c_str(), file_.c_str()) != 0) {
    throw system_error(errno, format("cannot write {}", file_.string()));
  }
  temporary_.clear();
}

void write_file_atomically(const fs::path& file, std::string_view content) {
  NewFile replacement(file);
  replacement.write(std::as_bytes(std::span(content)));
  replacement.commit();
}

namespace {

// Where the links end; what is there need not exist.
fs::path followed(fs::path file) {
  constexpr int most_links = 40;
  for (int links = 0; fs::is_symlink(fs::symlink_status(file)); ++links) {
    if (links == most_links)
      throw system_error(ELOOP, format("cannot follow the link {}", file.string()));
    file = file.parent_path() / fs::read_symlink(file);
  }
  return file;
}

} // namespace

void rewrite_file(const fs::path& file, std::string_view content) {
  constexpr unsigned permissions = 07777;
  const fs::path target = followed(file);
  struct stat old{};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  NewFile replacement(target);
  replacement.write(std::as_bytes(std::span(content)));
  replacement.set_mode(exists ? old.st_mode & permissions : 0600U);
  if (exists && (old.st_uid != ::geteuid() || old.st_gid != ::getegid()))
    replacement.set_owner(old.st_uid, old.st_gid);
  replacement.commit();
}

} // namespace nixbuild
