#include "context/colima.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>

namespace nixbuild::context {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::string_view default_profile = "default";

std::string member_text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value != nullptr ? value->if_string() : nullptr;
  return text != nullptr ? std::string(std::string_view(*text)) : std::string();
}

std::optional<ColimaProfile> parse_profile(std::string_view line) {
  boost::system::error_code error;
  const json::value value = json::parse(line, error);
  if (error || !value.is_object()) return std::nullopt;
  const json::object& object = value.get_object();
  ColimaProfile profile{.name = member_text(object, "name"),
                        .status = member_text(object, "status"),
                        .runtime = member_text(object, "runtime")};
  if (profile.name.empty()) return std::nullopt;
  return profile;
}

// As words behind `colima start`.
std::string argument(const std::string& profile) {
  return profile == default_profile ? std::string() : " " + profile;
}

} // namespace

std::vector<ColimaProfile> parse_colima_list(std::string_view lines) {
  std::vector<ColimaProfile> profiles;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    if (auto profile = parse_profile(lines.substr(0, end))) profiles.push_back(*profile);
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
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
