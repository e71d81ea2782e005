#include "nix/evaluation_identity.hpp"

#include "nix/expression.hpp"
#include "nix/git_state.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace nixbuild::nix {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::size_t largest_configuration = std::size_t{1} << 20U;

bool has_text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() && !value->get_string().empty();
}

// Git trees have a hash of their files too when there are changes in them, and then no "rev".
bool is_locked(const json::object& locked) {
  if (locked.contains("dirtyRev")) return false;
  if (has_text(locked, "rev")) return true;
  const json::value* type = locked.if_contains("type");
  if (type == nullptr || !type->is_string()) return false;
  if (type->get_string() == "git" || type->get_string() == "hg") return false;
  return has_text(locked, "narHash");
}

// An input in the tree of the flake that asks for it.
bool is_relative_path(const json::object& locked) {
  const json::value* path = locked.if_contains("path");
  return path != nullptr && path->is_string() && !path->get_string().starts_with('/');
}

bool all_inputs_are_locked(const json::value& locks) {
  for (const auto& [name, node] : locks.at("nodes").as_object()) {
    if (json::string_view(name) == locks.at("root").as_string()) continue;
    const json::object& locked = node.at("locked").as_object();
    if (!is_locked(locked) && !is_relative_path(locked)) return false;
  }
  return true;
}

std::string text_of(const fs::path& file) {
  try {
    return read_file(file, largest_configuration);
  } catch (const Error&) {
    return {};
  }
}

std::string variable(const Environment& environment, std::string_view name) {
  return environment.get(name).value_or("");
}

// Nix's own configuration, whatever it says: nix.conf of the system and of the user, and which
// flakes' settings the user trusts. Files that these include are not followed.
std::string configuration(const Environment& environment) {
  const std::string home = variable(environment, "HOME");
  const fs::path of_system = environment.get("NIX_CONF_DIR").value_or("/etc/nix");
  const fs::path of_user = environment.get("XDG_CONFIG_HOME").value_or(home + "/.config");
  const fs::path data = environment.get("XDG_DATA_HOME").value_or(home + "/.local/share");
  std::string text = variable(environment, "NIX_CONFIG");
  text += '\n' + variable(environment, "NIX_USER_CONF_FILES");
  for (const fs::path& file : {of_system / "nix.conf", of_system / "nix.custom.conf",
                               of_user / "nix/nix.conf", data / "nix/trusted-settings.json"})
    text += '\n' + text_of(file);
  return text;
}

bool may_be_impure(const Options& options, const std::string& configuration) {
  return options.impure || configuration.contains("pure-eval") ||
         std::ranges::any_of(options.settings,
                             [](const auto& setting) { return setting.first == "pure-eval"; });
}

// Quicker than asking a program for its version, and finer.
std::string identity_of(const fs::path& program) {
  std::error_code error;
  const fs::path file = fs::canonical(program, error);
  const auto size = fs::file_size(file, error);
  const auto time = fs::last_write_time(file, error).time_since_epoch();
  return format("{} {} {}", file.string(), size, std::chrono::nanoseconds(time).count());
}

// A lock file that lacks an input is completed, which is a change of the tree. Unless Nix may not
// write it, or is told to lock anew or otherwise.
bool locks_are_in_tree(const Options& options) {
  return !options.no_write_lock_file && !options.refresh && options.override_inputs.empty();
}

json::array settings_of(const Options& options) {
  json::array settings{options.accept_flake_config ? "accept-flake-config" : ""};
  for (const auto& [name, value] : options.settings) {
    settings.emplace_back(name);
    settings.emplace_back(value);
  }
  return settings;
}

std::string lock_file_of(const json::object& locked) {
  if (!has_text(locked, "dir")) return "flake.lock";
  return (fs::path(std::string(locked.at("dir").as_string())) / "flake.lock").string();
}

} // namespace

std::optional<LockedFlake> parse_locked_flake(std::string_view metadata) {
  boost::system::error_code error;
  const json::value answer = json::parse(metadata, error);
  if (error) return std::nullopt;
  try {
    const json::value& locked = answer.at("locked");
    const json::value& locks = answer.at("locks");
    if (!is_locked(locked.as_object()) || !all_inputs_are_locked(locks)) return std::nullopt;
    return LockedFlake{.text = json::serialize(json::array{locked, locks}),
                       .locks = json::serialize(locks),
                       .lock_file = lock_file_of(locked.as_object()),
                       .has_inputs = locks.at("nodes").as_object().size() > 1};
  } catch (const std::exception&) { // a member is missing or of another type
    return std::nullopt;
  }
}

namespace {

// `log` shows what is fetched for it.
std::optional<LockedFlake> locked_flake(const Session& session, const FlakeAttribute& flake,
                                        LogProgress& log) {
  Arguments argv{session.nix.string()};
  const Arguments command{"flake", "metadata", "--json", "--log-format", "internal-json"};
  for (const Arguments& more : {experimental_features(), command, evaluation_flags(session.options),
                                Arguments{"--", flake.flake}})
    argv.insert(argv.end(), more.begin(), more.end());
  const auto answer = run_logged(session, argv, log);
  return answer ? parse_locked_flake(*answer) : std::nullopt;
}

} // namespace

namespace {

// The folder that a flake's reference names, if its name stands for its files.
std::optional<fs::path> unchanging_tree(const Options& options, const std::string& reference) {
  constexpr std::string_view scheme = "path:";
  if (!options.unchanging_trees || !reference.starts_with(scheme)) return std::nullopt;
  const std::size_t end = std::min(reference.find('?'), reference.size());
  std::string folder = reference.substr(scheme.size(), end - scheme.size());
  if (!folder.starts_with(*options.unchanging_trees + "/")) return std::nullopt;
  return folder;
}

// Nix completes a lock file in its mind where it may not write it.
bool is_complete(const fs::path& lock_file, const LockedFlake& locked) {
  boost::system::error_code error;
  const json::value written = json::parse(text_of(lock_file), error);
  return !error && written == json::parse(locked.locks);
}

// What stands for a flake's files and for what it is locked to.
struct KnownTree {
  std::string text;
  std::string folder;
};

std::optional<KnownTree> known_tree(const Session& session, const FlakeAttribute& flake,
                                    const std::optional<GitState>& git) {
  const Options& options = session.options;
  if (git && locks_are_in_tree(options)) {
    return KnownTree{.text = format("{} {}", git->folder, git->commit), .folder = git->folder};
  }
  const auto unchanging = unchanging_tree(options, flake.flake);
  if (!unchanging || options.refresh || !options.override_inputs.empty()) return std::nullopt;
  return KnownTree{.text = flake.flake, .folder = unchanging->string()};
}

} // namespace

bool lock_is_in_tree(const Session& session, const FlakeAttribute& flake, const std::string& tree,
                     LogProgress& log) {
  const auto locked = locked_flake(session, flake, log);
  if (!locked) return false;
  if (!locked->has_inputs) return true;
  if (const auto unchanging = unchanging_tree(session.options, flake.flake)) {
    return is_complete(*unchanging / locked->lock_file, *locked);
  }
  return is_tracked(session.runner, tree, locked->lock_file, session.cancel);
}

std::optional<EvaluationIdentity> evaluation_identity(const Session& session,
                                                      const Environment& environment,
                                                      const FlakeAttribute& flake,
                                                      const std::string& system, LogProgress& log) {
  const std::string configured = configuration(environment);
  if (may_be_impure(session.options, configured)) return std::nullopt;
  const auto git = git_state(session.runner, environment, flake.flake, session.cancel);
  if (git && git->has_changes) return std::nullopt;
  const auto tree = known_tree(session, flake, git);
  const auto locked = tree ? std::nullopt : locked_flake(session, flake, log);
  if (!tree && !locked) return std::nullopt;
  return EvaluationIdentity{
      .text = json::serialize(
          json::array{tree ? tree->text : locked->text, system, settings_of(session.options),
                      configured, identity_of(session.nix), find_expression({"attribute"})}),
      .tree = tree ? tree->folder : std::string()};
}

} // namespace nixbuild::nix
