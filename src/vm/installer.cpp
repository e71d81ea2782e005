#include "vm/installer.hpp"

#include "archive/file.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <array>
#include <string_view>
#include <system_error>

namespace nixbuild::vm {

namespace fs = std::filesystem;

namespace {

// The system that a program is for (ELF header: e_ident, e_machine); nothing for a script.
std::optional<std::string> system_of_program(const fs::path& file) {
  std::array<std::byte, 20> head{};
  archive::FileSource source(archive::File::open(file));
  std::size_t got = 0;
  while (got < head.size()) {
    const std::size_t more = source.read(std::span(head).subspan(got));
    if (more == 0) return std::nullopt;
    got += more;
  }
  const auto byte = [&](std::size_t place) { return std::to_integer<unsigned>(head.at(place)); };
  if (byte(0) != 0x7f || byte(1) != 'E' || byte(2) != 'L' || byte(3) != 'F') return std::nullopt;
  constexpr unsigned x86_64 = 62;
  constexpr unsigned aarch64 = 183;
  const unsigned machine = byte(18) | byte(19) << 8U;
  return machine == x86_64    ? "x86_64-linux"
         : machine == aarch64 ? "aarch64-linux"
                              : "another system";
}

} // namespace

std::string installer_name(const std::string& system) {
  return "nix-installer-" + system;
}

std::optional<Installer> find_installer(const std::vector<fs::path>& folders,
                                        const std::string& system) {
  for (const fs::path& folder : folders) {
    const fs::path file = folder / installer_name(system);
    std::error_code problem;
    if (fs::is_regular_file(file, problem)) return open_installer(file, system);
  }
  return std::nullopt;
}

Installer open_installer(const fs::path& file, const std::string& system) {
  std::error_code problem;
  if (!fs::is_regular_file(file, problem))
    throw Error(ErrorKind::not_found, format("there is no installer {}", file.string()))
        .with_hint("it is a file of https://github.com/NixOS/nix-installer/releases, called " +
                   installer_name(system));
  const auto its = system_of_program(file);
  if (its && *its != system) {
    throw Error(
        ErrorKind::invalid_input,
        format("the installer {} is for {}, and the machine is {}", file.string(), *its, system))
        .with_hint("the one that fits is called " + installer_name(system));
  }
  return {.path = file, .size = fs::file_size(file)};
}

} // namespace nixbuild::vm
