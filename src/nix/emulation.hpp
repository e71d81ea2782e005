#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace nixbuild::nix {

// Whether this machine's kernel runs programs for `system` ("aarch64-linux") by an emulator that
// also works inside Nix's sandbox (flag F): told by the files in `binfmt`, as the kernel's
// binfmt_misc has them (kernel.org admin-guide/binfmt-misc).
enum class Emulation { none, outside_of_sandbox, everywhere };
[[nodiscard]] Emulation
emulation_of(const std::string& system,
             const std::filesystem::path& binfmt = "/proc/sys/fs/binfmt_misc");

// What the programs are for that an emulator of this name starts, of those that images are for;
// empty for others.
[[nodiscard]] std::string system_of_emulator(std::string_view name);

} // namespace nixbuild::nix
