#include "sink/file_output.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace nixbuild::sink {

namespace fs = std::filesystem;

using archive::TarType;

namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

class DescriptorSink final : public archive::Sink {
public:
  explicit DescriptorSink(int fd) : fd_(fd) {}
  void write(std::span<const std::byte> data) override { write_all(fd_, data); }

private:
  int fd_;
};

std::array<timespec, 2> times_of(const archive::TarAttributes& attributes) {
  const timespec time{.tv_sec = attributes.mtime, .tv_nsec = 0};
  return {time, time};
}

// What a file system does not take of these is left.
void set_extended(int fd, const archive::TarAttributes& attributes) {
  for (const auto& [key, value] : attributes.extended)
    (void)::fsetxattr(fd, key.c_str(), value.data(), value.size(), 0);
}

bool is_device(const archive::TarEntry& entry) {
  return entry.type_flag == '3' || entry.type_flag == '4';
}

} // namespace

void TarFiles::add(const archive::TarEntry& entry, archive::Source& content) {
  tar_.start_entry(entry);
  archive::copy(content, out_);
}

FolderFiles::FolderFiles(fs::path folder, progress::Reporter& reporter)
    : folder_(std::move(folder))
    , reporter_(reporter) {
  std::error_code error;
  fs::create_directories(folder_, error);
  top_ = UniqueFd(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!top_ && errno == ENOTDIR) {
    throw Error(ErrorKind::invalid_input, format("{} is no folder", folder_.native()));
  }
  if (!top_) throw system_error(errno, format("cannot open the folder {}", folder_.native()));
  if (!fs::is_empty(folder_, error)) {
    throw Error(ErrorKind::invalid_input, format("the folder {} is not empty", folder_.native()))
        .with_hint("name a folder that is empty or that does not exist");
  }
}

void FolderFiles::fail(const std::string& name) const {
  throw system_error(errno, format("cannot write {}", (folder_ / name).native()));
}

void FolderFiles::require(int status, const std::string& name) const {
  if (status != 0) fail(name);
}

// Step by step, so that no symbolic link is followed, whoever has put it there.
UniqueFd FolderFiles::open_folder(const std::string& path, bool make) const {
  UniqueFd at(::fcntl(top_.get(), F_DUPFD_CLOEXEC, 0));
  if (!at) fail(path);
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t slash = rest.find('/');
    const std::string step(rest.substr(0, slash));
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (make && ::mkdirat(at.get(), step.c_str(), 0755) != 0 && errno != EEXIST) {
      fail(path);
    }
    at = UniqueFd(::openat(at.get(), step.c_str(), folder_flags));
    if (!at) fail(path);
  }
  return at;
}

FolderFiles::Place FolderFiles::place_of(const std::string& name) const {
  const std::size_t slash = name.rfind('/');
  if (slash == std::string::npos) return {.parent = open_folder("", true), .name = name};
  return {.parent = open_folder(name.substr(0, slash), true), .name = name.substr(slash + 1)};
}

void FolderFiles::add(const archive::TarEntry& entry, archive::Source& content) {
  if (entry.type == TarType::directory) {
    (void)open_folder(entry.name, true);
    folders_.emplace_back(entry.name, entry.attributes);
    return;
  }
  const Place place = place_of(entry.name);
  const char* const name = place.name.c_str();
  switch (entry.type) {
  case TarType::file:
    return add_file(place, entry, content);
  case TarType::symbolic_link: {
    require(::symlinkat(entry.link_target.c_str(), place.parent.get(), name), entry.name);
    const auto times = times_of(entry.attributes);
    (void)::utimensat(place.parent.get(), name, times.data(), AT_SYMLINK_NOFOLLOW);
    return;
  }
  case TarType::hard_link: {
    const Place target = place_of(entry.link_target);
    require(::linkat(target.parent.get(), target.name.c_str(), place.parent.get(), name, 0),
            entry.name);
    return;
  }
  case TarType::directory:
  case TarType::sparse_file:
  case TarType::other:
    return add_device(place, entry);
  }
}

void FolderFiles::add_file(const Place& place, const archive::TarEntry& entry,
                           archive::Source& content) const {
  const UniqueFd file(::openat(place.parent.get(), place.name.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) fail(entry.name);
  DescriptorSink sink(file.get());
  archive::copy(content, sink);
  set_extended(file.get(), entry.attributes);
  require(::fchmod(file.get(), entry.attributes.mode), entry.name);
  const auto times = times_of(entry.attributes);
  require(::futimens(file.get(), times.data()), entry.name);
}

void FolderFiles::add_device(const Place& place, const archive::TarEntry& entry) {
  const mode_t type = is_device(entry) ? (entry.type_flag == '3' ? S_IFCHR : S_IFBLK) : S_IFIFO;
  const dev_t device = is_device(entry)
                           ? makedev(static_cast<unsigned>(entry.attributes.device_major),
                                     static_cast<unsigned>(entry.attributes.device_minor))
                           : 0;
  if (::mknodat(place.parent.get(), place.name.c_str(), type | entry.attributes.mode, device) ==
      0) {
    // The umask took its part.
    require(::fchmodat(place.parent.get(), place.name.c_str(), entry.attributes.mode, 0),
            entry.name);
    return;
  }
  if (errno != EPERM) fail(entry.name);
  progress::notice(
      reporter_, progress::Notice::Level::warning,
      format("the device {} of the image was left out: only root may make it", entry.name));
}

void FolderFiles::finish() {
  // What is in a folder before the folder itself, which may not be written to then.
  std::ranges::sort(folders_, std::ranges::greater{}, [](const auto& one) { return one.first; });
  for (const auto& [name, attributes] : folders_) {
    const UniqueFd folder = open_folder(name, false);
    set_extended(folder.get(), attributes);
    require(::fchmod(folder.get(), attributes.mode), name);
    const auto times = times_of(attributes);
    require(::futimens(folder.get(), times.data()), name);
  }
}

} // namespace nixbuild::sink
