#include "plugin/with_home.hpp"

#include <array>
#include <utility>

#include <pwd.h>
#include <unistd.h>

namespace nixbuild::plugin {

Environment with_home(const Environment& environment) {
  if (environment.get("HOME")) return environment;
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr) {
    return environment;
  }
  auto variables = environment.variables();
  variables["HOME"] = found->pw_dir;
  return Environment(std::move(variables));
}

} // namespace nixbuild::plugin
