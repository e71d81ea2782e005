#include "nix/git_state.hpp"

#include "support/error.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace nixbuild::nix {

namespace fs = std::filesystem;

namespace {

std::optional<fs::path> local_folder(const std::string& flake) {
  const bool is_path = flake.starts_with('.') || flake.starts_with('/');
  if (!is_path || flake.contains('?')) return std::nullopt;
  std::error_code error;
  fs::path folder = fs::canonical(flake, error);
  if (error || !fs::is_directory(folder, error)) return std::nullopt;
  return folder;
}

bool looks_elsewhere(const Environment& environment) {
  static constexpr std::array variables{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE",
                                        "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"};
  return std::ranges::any_of(variables,
                             [&](const char* name) { return environment.get(name).has_value(); });
}

// What git prints; nothing when there is no git or it fails.
std::optional<std::string> ask_git(process::Runner& runner, const std::string& folder,
                                   const std::vector<std::string>& question,
                                   const CancelToken& cancel) {
  // The file-system monitor is a program that the repository itself may name.
  process::Command command{
      .argv = {"git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-C", folder}};
  command.argv.insert(command.argv.end(), question.begin(), question.end());
  try {
    auto answer = process::capture(runner, command, cancel);
    return answer.status.success() ? std::optional(std::move(answer.out)) : std::nullopt;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return std::nullopt;
  }
}

} // namespace

std::optional<GitState> parse_git_status(std::string_view text) {
  constexpr std::string_view oid = "# branch.oid ";
  GitState state;
  bool found = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with(oid)) {
      found = true;
      const std::string_view commit = line.substr(oid.size());
      if (commit != "(initial)") state.commit = commit;
    } else if (!line.empty() && !line.starts_with('#')) {
      state.has_changes = true;
    }
  }
  if (!found) return std::nullopt;
  if (state.commit.empty()) state.has_changes = true; // everything is one
  return state;
}

std::optional<GitState> git_state(process::Runner& runner, const Environment& environment,
                                  const std::string& flake, const CancelToken& cancel) {
  const auto folder = local_folder(flake);
  if (!folder || looks_elsewhere(environment)) return std::nullopt;
  const auto status = ask_git(
      runner, folder->string(),
      {"status", "--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules=none"},
      cancel);
  auto state = status ? parse_git_status(*status) : std::nullopt;
  if (state) state->folder = folder->string();
  return state;
}

bool is_tracked(process::Runner& runner, const std::string& folder, const std::string& name,
                const CancelToken& cancel) {
  return ask_git(runner, folder, {"ls-files", "--error-unmatch", "--", ":(top,literal)" + name},
                 cancel)
      .has_value();
}

} // namespace nixbuild::nix
