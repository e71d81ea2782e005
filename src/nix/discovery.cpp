#include "nix/discovery.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace nixbuild::nix {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders(const Environment& environment) {
  std::vector<fs::path> list;
  const std::string path = environment.get("PATH").value_or("");
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    if (end != 0) list.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const auto home = environment.get("HOME");
  for (const std::string_view folder : profile_folders) {
    if (!folder.starts_with("~/"))
      list.emplace_back(folder);
    else if (home)
      list.push_back(fs::path(*home) / folder.substr(2));
  }
  return list;
}

} // namespace

std::string find_nix_in_shell() {
  std::string script = R"sh(for nix in "$(command -v nix 2>/dev/null)")sh";
  for (const std::string_view folder : profile_folders)
    script += format(" {}/nix", folder);
  return script + R"(; do [ -f "$nix" ] && [ -x "$nix" ] && break; nix=; done; )";
}

fs::path find_nix(const Environment& environment) {
  for (const fs::path& folder : folders(environment)) {
    const fs::path program = fs::absolute(folder) / "nix";
    std::error_code ignored;
    if (fs::is_regular_file(program, ignored) && ::access(program.c_str(), X_OK) == 0) {
      return program;
    }
  }
  throw Error(ErrorKind::not_found, "the program 'nix' was not found")
      .with_hint("Install Nix: https://nixos.org/download, or on Debian and Ubuntu `sudo apt "
                 "install nix-bin`. `docker nixbuild doctor N1` tells more.");
}

std::filesystem::path nix_store_beside(const std::filesystem::path& nix) {
  return nix.parent_path() / "nix-store";
}

} // namespace nixbuild::nix
