#include "plugin/archive_input.hpp"

#include "support/format.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nixbuild::plugin {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t piece = std::size_t{256} << 10U;

bool is_regular(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

fs::path path_of(int fd) {
  return format("/dev/fd/{}", fd);
}

fs::path spool_folder(const Environment& environment) {
  if (const auto chosen = environment.get("TMPDIR")) return *chosen;
  std::error_code ignored;
  const fs::path large = "/var/tmp";
  return fs::is_directory(large, ignored) ? large : fs::temp_directory_path();
}

UniqueFd nameless_file(const fs::path& folder) {
  std::string name = (folder / "docker-nixbuild-XXXXXX").string();
  UniqueFd fd(::mkstemp(name.data()));
  if (!fd) throw system_error(errno, format("cannot create a file in {}", folder.string()));
  ::unlink(name.c_str());
  ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  return fd;
}

void wait_for_bytes(int fd, const CancelToken& cancel) {
  std::array<pollfd, 2> entries{pollfd{fd, POLLIN, 0}, pollfd{cancel.poll_fd(), POLLIN, 0}};
  while (::poll(entries.data(), entries.size(), -1) < 0) {
    if (errno != EINTR) throw system_error(errno, "cannot wait for the archive");
  }
  cancel.throw_if_cancelled();
}

UniqueFd spooled(int from, const std::string& name, const fs::path& folder,
                 const CancelToken& cancel) {
  UniqueFd file = nameless_file(folder);
  std::vector<std::byte> buffer(piece);
  std::uint64_t size = 0;
  const auto phrase = format("keeping {} in {}", name, folder.string());
  with_frame(phrase, [&] {
    for (;;) {
      wait_for_bytes(from, cancel);
      const std::size_t got = read_some(from, buffer);
      if (got == 0) return;
      write_all(file.get(), std::span(buffer).first(got));
      size += got;
    }
  });
  if (size == 0) throw Error(ErrorKind::invalid_input, format("{} is empty", name));
  return file;
}

UniqueFd open_file(const std::string& file) {
  UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd) return fd;
  if (errno == ENOENT || errno == ENOTDIR)
    throw Error(ErrorKind::not_found, format("{} does not exist", file));
  throw system_error(errno, format("cannot open {}", file));
}

} // namespace

ArchiveInput ArchiveInput::open(const std::optional<std::string>& file, int standard_input,
                                const Environment& environment, const CancelToken& cancel) {
  UniqueFd opened;
  if (file) {
    opened = open_file(*file);
    if (is_regular(opened.get())) return {*file, *file};
  } else if (::isatty(standard_input) != 0) {
    throw Error(ErrorKind::invalid_input, "requested load from stdin, but stdin is empty")
        .with_hint("name the archive with --input FILE, or send it through a pipe");
  }
  const int from = file ? opened.get() : standard_input;
  const std::string name = file.value_or("standard input");
  // What a shell's earlier commands have read of their common input is no part of the archive.
  const bool from_the_start = ::lseek(from, 0, SEEK_CUR) == 0;
  if (!file && is_regular(from) && from_the_start && ::access(path_of(from).c_str(), R_OK) == 0)
    return {path_of(from), name};
  UniqueFd spool = spooled(from, name, spool_folder(environment), cancel);
  fs::path path = path_of(spool.get());
  return {std::move(path), name, std::move(spool)};
}

Error ArchiveInput::renamed(const Error& error) const {
  const auto told = [&](std::string text) {
    const std::string path = path_.string();
    for (std::size_t at = text.find(path); at != std::string::npos;
         at = text.find(path, at + name_.size()))
      text.replace(at, path.size(), name_);
    return text;
  };
  Error renamed = Error(error.kind(), told(error.message()))
                      .with_detail(error.detail())
                      .with_hint(error.hint());
  for (const std::string& frame : error.frames())
    renamed.add_frame(told(frame));
  return renamed;
}

} // namespace nixbuild::plugin
