#include "plugin/relative_paths.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace nixbuild::plugin {

namespace fs = std::filesystem;

namespace {

std::string moved(const std::string& text, const fs::path& folder) {
  constexpr std::string_view path_scheme = "path:";
  const bool is_url = text.starts_with(path_scheme);
  const std::size_t start = is_url ? path_scheme.size() : 0;
  const std::size_t end = std::min(text.find_first_of("?#", start), text.size());
  const std::string path = text.substr(start, end - start);
  const bool is_relative = path.starts_with('.') || (!is_url && text.starts_with('#'));
  if (!is_relative) return text;
  fs::path whole = (folder / path).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();
  return text.substr(0, start) + whole.string() + text.substr(end);
}

std::string moved_file(const std::string& file, const fs::path& folder) {
  return (folder / file).lexically_normal().string();
}

} // namespace

void start_paths_at(const fs::path& folder, pipeline::BuildRequest& request) {
  if (folder == fs::current_path()) return;
  if (request.nix.file) {
    request.nix.file = moved_file(*request.nix.file, folder);
  } else {
    request.installable = moved(request.installable, folder);
  }
  for (auto& [input, flake] : request.nix.override_inputs)
    flake = moved(flake, folder);
  if (request.out_link) request.out_link = moved_file(*request.out_link, folder);
}

} // namespace nixbuild::plugin
