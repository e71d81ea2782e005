#include "oci/machine_platform.hpp"

#include "support/error.hpp"

#include <cerrno>

#include <sys/utsname.h>

namespace nixbuild::oci {

Platform platform_of_this_machine() {
  utsname name{};
  if (::uname(&name) != 0) throw system_error(errno, "cannot tell this machine's architecture");
  return Platform::normalised("linux", name.machine, "");
}

} // namespace nixbuild::oci
