#include "context/colima.hpp"

#include "context/json_lines.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace nixbuild::context {

namespace fs = std::filesystem;
namespace {

constexpr std::string_view default_profile = "default";

// As words behind `colima start`.
std::string argument(const std::string& profile) {
  return profile == default_profile ? std::string() : " " + profile;
}

} // namespace

std::vector<ColimaProfile> parse_colima_list(std::string_view lines) {
  std::vector<ColimaProfile> profiles;
  each_object(lines, [&](const boost::json::object& object) {
    ColimaProfile profile{.name = std::string(text_member(object, "name")),
                          .status = std::string(text_member(object, "status")),
                          .runtime = std::string(text_member(object, "runtime")),
                          .arch = std::string(text_member(object, "arch")),
                          .cpus = number_member(object, "cpus"),
                          .memory = number_member(object, "memory"),
                          .disk = number_member(object, "disk")};
    if (!profile.name.empty()) profiles.push_back(std::move(profile));
  });
  return profiles;
}

std::vector<ColimaProfile> colima_profiles(process::Runner& runner, const CancelToken& cancel) {
  try {
    const auto answer = process::capture(runner, {.argv = {"colima", "list", "-j"}}, cancel);
    if (!answer.status.success()) return {};
    return parse_colima_list(answer.out);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return {};
  }
}

bool has_colima(const Environment& environment) {
  std::vector<fs::path> folders;
  if (const auto folder = environment.get("COLIMA_HOME")) folders.emplace_back(*folder);
  if (const auto folder = environment.get("XDG_CONFIG_HOME"))
    folders.push_back(fs::path(*folder) / "colima");
  if (const auto home = environment.get("HOME")) {
    folders.push_back(fs::path(*home) / ".colima");
    folders.push_back(fs::path(*home) / ".config/colima");
  }
  return std::ranges::any_of(folders, [](const fs::path& folder) {
    std::error_code problem;
    return fs::is_directory(folder, problem);
  });
}

std::string colima_profile_of_context(std::string_view context) {
  constexpr std::string_view name = "colima";
  if (context == name) return std::string(default_profile);
  constexpr std::string_view prefix = "colima-";
  return context.starts_with(prefix) ? std::string(context.substr(prefix.size())) : std::string();
}

std::string colima_remedy(const std::string& profile, bool refused,
                          const std::vector<ColimaProfile>& profiles) {
  const std::string words = argument(profile);
  const auto found = std::ranges::find(profiles, profile, &ColimaProfile::name);
  if (found != profiles.end()) {
    if (found->status == "Broken") {
      return format("Colima's profile '{0}' is broken: `colima stop --force{1}`, then `colima "
                    "start{1}`",
                    profile, words);
    }
    if (found->status != "Running") {
      return format("Colima's profile '{}' is {}: `colima start{}`", profile, found->status, words);
    }
    if (!found->runtime.empty() && found->runtime != "docker") {
      return format("Colima's profile '{}' runs {} and no docker, which cannot be changed: `colima "
                    "start --runtime docker OTHER` makes one that does",
                    profile, found->runtime);
    }
    refused = true; // it runs, and its socket leads nowhere
  }
  return refused ? format("the socket is left over from before: `colima restart{}`", words)
                 : format("Colima's profile '{}' does not run: `colima start{}`", profile, words);
}

} // namespace nixbuild::context
