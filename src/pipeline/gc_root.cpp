#include "pipeline/gc_root.hpp"

#include "oci/digest.hpp"
#include "pipeline/directories.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <system_error>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

// "." means another project in every folder, so the folder is part of what the link stands for.
std::string identity(const nix::Installable& installable, const std::string& system) {
  return format("{}\n{}\n{}", fs::current_path().string(), nix::to_string(installable), system);
}

// For people who list the folder; the digest beside it makes it unique.
std::string readable(const nix::Installable& installable) {
  std::string text =
      format("{}-{}", fs::current_path().filename().string(), nix::to_string(installable));
  std::ranges::replace_if(
      text, [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_'; }, '-');
  return text.substr(0, 80);
}

constexpr std::string_view project_suffix = ".project";
constexpr std::size_t longest_path = std::size_t{64} << 10U;

fs::path folder_of_roots(const Environment& environment) {
  return state_directory(environment) / "gcroots";
}

// Only prune wants to know, so a build does not fail for it.
void note_project(const fs::path& link) {
  const fs::path file = link.string() + std::string(project_suffix);
  std::error_code error;
  if (fs::exists(file, error)) return;
  try {
    write_file_atomically(file, fs::current_path().string());
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): see above
  }
}

// Nix makes NAME, NAME-dev, … of NAME.
std::vector<fs::path> files_of(const std::string& name, const std::vector<fs::path>& all) {
  std::vector<fs::path> files;
  for (const fs::path& file : all) {
    const std::string other = file.filename().string();
    if (other == name || other.starts_with(name + "-") ||
        other == name + std::string(project_suffix))
      files.push_back(file);
  }
  return files;
}

std::string project_of(const fs::path& file) {
  try {
    return read_file(file, longest_path);
  } catch (const Error&) {
    return {};
  }
}

} // namespace

fs::path gc_root_folder(const Environment& environment) {
  fs::path folder = folder_of_roots(environment);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw system_error(error.value(), format("cannot create {}", folder.string()));
  return folder;
}

fs::path gc_root_link(const nix::Installable& installable, const std::string& system,
                      const Environment& environment) {
  const fs::path folder = gc_root_folder(environment);
  const oci::Digest digest = oci::Digest::of(identity(installable, system));
  fs::path link = folder / format("{}-{}", readable(installable), digest.hex().substr(0, 12));
  note_project(link);
  return link;
}

std::vector<ForsakenRoot> forsaken_roots(const Environment& environment) {
  std::error_code error;
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(folder_of_roots(environment), error))
    all.push_back(entry.path());
  std::ranges::sort(all);
  std::vector<ForsakenRoot> forsaken;
  for (const fs::path& file : all) {
    if (file.extension() != project_suffix) continue;
    const fs::path project = project_of(file);
    if (!project.is_absolute() || fs::exists(project, error) || error) continue;
    forsaken.push_back({.project = project, .files = files_of(file.stem().string(), all)});
  }
  std::ranges::sort(forsaken, {}, &ForsakenRoot::project);
  return forsaken;
}

} // namespace nixbuild::pipeline
