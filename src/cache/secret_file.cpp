#include "cache/secret_file.hpp"

#include "support/error.hpp"
#include "support/format.hpp"
#include "support/scope_exit.hpp"
#include "support/unique_fd.hpp"

#include <cerrno>
#include <string>

#include <stdlib.h>
#include <unistd.h>

namespace nixbuild::cache {

namespace fs = std::filesystem;

void write_secret_file(const fs::path& file, std::string_view text) {
  std::error_code problem;
  fs::create_directories(file.parent_path(), problem);
  std::string temporary = file.string() + ".XXXXXX";
  // Its mode is 0600.
  const UniqueFd fd(::mkstemp(temporary.data()));
  if (fd.get() < 0) throw system_error(errno, format("cannot write {}", file.string()));
  const ScopeExit remove([&] { ::unlink(temporary.c_str()); });
  while (!text.empty()) {
    const ssize_t written = ::write(fd.get(), text.data(), text.size());
    if (written < 0 && errno != EINTR)
      throw system_error(errno, format("cannot write {}", file.string()));
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  fs::rename(temporary, file, problem);
  if (problem) throw system_error(problem.value(), format("cannot replace {}", file.string()));
}

} // namespace nixbuild::cache
