#include "nix/store_path.hpp"

namespace nixbuild::nix {

namespace {

constexpr std::size_t hash_length = 32;

bool has_hash_and_name(std::string_view name) {
  // Nix's base 32 has no e, o, t and u.
  static constexpr std::string_view base32 = "0123456789abcdfghijklmnpqrsvwxyz";
  return name.size() > hash_length + 1 && name[hash_length] == '-' &&
         name.substr(0, hash_length).find_first_not_of(base32) == std::string_view::npos;
}

} // namespace

bool is_store_path(const std::filesystem::path& path) {
  return path.parent_path().filename() == "store" && has_hash_and_name(path.filename().string());
}

std::string readable_name(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (!has_hash_and_name(name)) return std::string(path);
  name.remove_prefix(hash_length + 1);
  if (name.ends_with(".drv")) name.remove_suffix(4);
  return std::string(name);
}

} // namespace nixbuild::nix
