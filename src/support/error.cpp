#include "support/error.hpp"

#include "support/format.hpp"

#include <cerrno>
#include <system_error>

namespace nixbuild {

int exit_code(ErrorKind kind) noexcept {
  switch (kind) {
  case ErrorKind::usage:
    return 125;
  case ErrorKind::cancelled:
    return 130;
  default:
    return 1;
  }
}

Error system_error(int errno_value, std::string_view what) {
  const bool full = errno_value == ENOSPC || errno_value == EDQUOT;
  return {full ? ErrorKind::no_space : ErrorKind::io,
          format("{}: {}", what, std::generic_category().message(errno_value))};
}

} // namespace nixbuild
