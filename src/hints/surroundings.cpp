#include "hints/surroundings.hpp"

#include "support/files.hpp"

#include <string>
#include <string_view>
#include <system_error>

namespace nixbuild::hints {

namespace fs = std::filesystem;

namespace {

// The names that Compose looks for (compose-spec, "Compose file").
constexpr std::string_view compose_files[] = {"compose.yaml", "compose.yml", "docker-compose.yaml",
                                              "docker-compose.yml"};

bool is_file(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored);
}

// Not worth a YAML parser: what is wrong here costs a hint.
void look_into(const std::string& text, Surroundings& found) {
  found.extension = text.starts_with("x-nixbuild:") || text.contains("\nx-nixbuild:");
  for (const std::string_view written :
       {"type: nixbuild", "type: \"nixbuild\"", "type: 'nixbuild'"})
    found.provider = found.provider || text.contains(written);
}

Surroundings look(const fs::path& folder) {
  constexpr std::size_t ordinary_size = std::size_t{1} << 20U;
  std::error_code ignored;
  Surroundings found{.flake = is_file(folder / "flake.nix"),
                     .result = fs::is_symlink(folder / "result", ignored)};
  for (const std::string_view name : compose_files) {
    if (!is_file(folder / name)) continue;
    found.compose = true;
    look_into(read_file(folder / name, ordinary_size), found);
    break;
  }
  return found;
}

} // namespace

Surroundings surroundings_of(const fs::path& folder) noexcept {
  try {
    return look(folder);
  } catch (const std::exception&) {
    return {};
  }
}

} // namespace nixbuild::hints
