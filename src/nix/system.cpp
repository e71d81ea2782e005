#include "nix/nix.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace nixbuild::nix {

namespace {

struct SystemName {
  std::string_view architecture; // Go's
  std::string_view variant;      // empty: any
  std::string_view system;
};

constexpr std::array systems{
    SystemName{"amd64", "", "x86_64-linux"},      SystemName{"arm64", "", "aarch64-linux"},
    SystemName{"arm", "v7", "armv7l-linux"},      SystemName{"arm", "v6", "armv6l-linux"},
    SystemName{"arm", "v5", "armv5tel-linux"},    SystemName{"386", "", "i686-linux"},
    SystemName{"riscv64", "", "riscv64-linux"},   SystemName{"ppc64le", "", "powerpc64le-linux"},
    SystemName{"s390x", "", "s390x-linux"},       SystemName{"loong64", "", "loongarch64-linux"},
    SystemName{"mips64le", "", "mips64el-linux"},
};

} // namespace

std::string system_of(const oci::Platform& platform) {
  const auto found = std::ranges::find_if(systems, [&](const SystemName& name) {
    return name.architecture == platform.architecture &&
           (name.variant.empty() || name.variant == platform.variant);
  });
  if (platform.os != "linux" || found == systems.end()) {
    throw Error(ErrorKind::invalid_input,
                format("Nix has no system for the platform {}", platform.str()))
        .with_hint("Choose another one with `--platform`, such as linux/amd64 or linux/arm64.");
  }
  return std::string(found->system);
}

std::optional<oci::Platform> platform_of(const std::string& system) {
  const auto found = std::ranges::find(systems, system, &SystemName::system);
  if (found == systems.end()) return std::nullopt;
  return oci::Platform::normalised("linux", found->architecture, found->variant);
}

} // namespace nixbuild::nix
