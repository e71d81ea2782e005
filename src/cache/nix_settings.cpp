#include "cache/nix_settings.hpp"

#include "cache/words.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/path_list.hpp"

#include <algorithm>
#include <utility>

namespace nixbuild::cache {

namespace fs = std::filesystem;

namespace {

constexpr int deepest_include = 16;
constexpr std::size_t largest_file = std::size_t{1} << 20U;

void set_list(std::vector<std::string>& list, bool adds, const std::string& value) {
  if (!adds) list.clear();
  for (std::string& word : words_of(value))
    if (std::ranges::find(list, word) == list.end()) list.push_back(std::move(word));
}

void set(NixSettings& settings, std::string_view name, const std::string& value) {
  constexpr std::string_view extra = "extra-";
  const bool adds = name.starts_with(extra);
  if (adds) name.remove_prefix(extra.size());
  if (name == "substituters" || name == "binary-caches") {
    set_list(settings.substituters, adds, value);
  } else if (name == "trusted-public-keys" || name == "binary-cache-public-keys") {
    set_list(settings.public_keys, adds, value);
  } else if (name == "netrc-file") {
    settings.netrc_file = value;
  }
}

void apply(NixSettings& settings, std::string_view text, const IncludedFile& included, int depth) {
  if (depth > deepest_include) return;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::vector<std::string> words = words_of(line.substr(0, line.find('#')));
    if (words.size() < 2) continue;
    if (words[0] == "include" || words[0] == "!include") {
      if (const auto more = included(words[1])) apply(settings, *more, included, depth + 1);
    } else if (words[1] == "=") {
      std::string value;
      for (std::size_t i = 2; i < words.size(); ++i)
        value += (i > 2 ? " " : "") + words[i];
      set(settings, words[0], value);
    }
  }
}

std::optional<std::string> read_if_possible(const fs::path& file) {
  try {
    return read_file(file, largest_file);
  } catch (const Error&) { // Nix itself will tell
    return std::nullopt;
  }
}

// Those of the user; what stands first counts most.
std::vector<fs::path> user_files(const Environment& environment) {
  std::vector<fs::path> files;
  if (const auto given = environment.get("NIX_USER_CONF_FILES")) {
    for (const std::string& file : split_path_list(*given))
      files.emplace_back(file);
    return files;
  }
  const auto home = environment.get("HOME");
  if (const auto config = environment.get("XDG_CONFIG_HOME")) {
    files.push_back(fs::path(*config) / "nix/nix.conf");
  } else if (home) {
    files.push_back(fs::path(*home) / ".config/nix/nix.conf");
  }
  for (const std::string& folder :
       split_path_list(environment.get("XDG_CONFIG_DIRS").value_or("/etc/xdg")))
    files.push_back(fs::path(folder) / "nix/nix.conf");
  return files;
}

void apply_file(NixSettings& settings, const fs::path& file) {
  const auto text = read_if_possible(file);
  if (!text) return;
  apply_nix_conf(settings, *text, [&](const std::string& path) {
    return read_if_possible(file.parent_path() / path);
  });
}

} // namespace

void apply_nix_conf(NixSettings& settings, std::string_view text, const IncludedFile& included) {
  apply(settings, text, included, 0);
}

NixSettings nix_settings(const Environment& environment) {
  NixSettings settings;
  const fs::path folder = environment.get("NIX_CONF_DIR").value_or("/etc/nix");
  apply_file(settings, folder / "nix.conf");
  std::vector<fs::path> files = user_files(environment);
  std::ranges::reverse(files);
  for (const fs::path& file : files)
    apply_file(settings, file);
  if (const auto lines = environment.get("NIX_CONFIG"))
    apply_nix_conf(settings, *lines,
                   [](const std::string& path) { return read_if_possible(path); });
  if (!settings.netrc_file) settings.netrc_file = (folder / "netrc").string();
  return settings;
}

std::string netrc_text(const NixSettings& settings) {
  if (!settings.netrc_file) return {};
  return read_if_possible(*settings.netrc_file).value_or("");
}

} // namespace nixbuild::cache
