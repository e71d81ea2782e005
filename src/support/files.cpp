#include "support/files.hpp"

#include "support/error.hpp"
#include "support/format.hpp"
#include "support/scope_exit.hpp"
#include "support/unique_fd.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <span>

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

void write_file_atomically(const fs::path& file, std::string_view content) {
  std::string temporary = file.string() + ".XXXXXX";
  const UniqueFd fd(::mkstemp(temporary.data()));
  if (!fd) throw system_error(errno, format("cannot write {}", file.string()));
  bool renamed = false;
  const ScopeExit remove_temporary([&] {
    if (!renamed) ::unlink(temporary.c_str());
  });
  with_frame(format("writing {}", file.string()),
             [&] { write_all(fd.get(), std::as_bytes(std::span(content))); });
  if (::fchmod(fd.get(), 0644) != 0 || ::rename(temporary.c_str(), file.c_str()) != 0) {
    throw system_error(errno, format("cannot write {}", file.string()));
  }
  renamed = true;
}

} // namespace nixbuild
