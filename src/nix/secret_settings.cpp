#include "nix/secret_settings.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace nixbuild::nix {

namespace {

constexpr std::string_view variable = "NIX_CONFIG";
constexpr std::array<std::string_view, 2> names{"access-tokens", "impure-env"};

// "https://user:password@cache.example".
bool has_credentials(std::string_view value) {
  constexpr std::string_view scheme_end = "://";
  for (std::size_t at = value.find(scheme_end); at != std::string_view::npos;
       at = value.find(scheme_end, at)) {
    at += scheme_end.size();
    const std::string_view authority = value.substr(at, value.find_first_of("/ \t\n", at) - at);
    if (authority.find('@') != std::string_view::npos) return true;
  }
  return false;
}

std::string line_of(const std::string& name, const std::string& value) {
  // What begins a comment, or another line.
  if (value.find_first_of("#\n") != std::string::npos ||
      name.find_first_of(" #=\n") != std::string::npos) {
    throw Error(ErrorKind::invalid_input,
                format("the value of --option {} holds a line break or a #, which cannot be handed "
                       "on without everybody on the machine seeing it",
                       name))
        .with_hint("Put the setting into ~/.config/nix/nix.conf where Nix runs.");
  }
  return format("{} = {}\n", name, value);
}

} // namespace

bool may_be_secret(const std::string& setting, const std::string& value) {
  std::string_view name = setting;
  constexpr std::string_view extra = "extra-";
  if (name.starts_with(extra)) name.remove_prefix(extra.size());
  return std::ranges::find(names, name) != names.end() || has_credentials(value);
}

std::string secret_settings(const Options& options) {
  std::string lines;
  for (const auto& [name, value] : options.settings)
    if (may_be_secret(name, value)) lines += line_of(name, value);
  return lines;
}

std::map<std::string, std::optional<std::string>> environment_for(const Options& options,
                                                                  const Environment& environment) {
  std::string lines = secret_settings(options);
  if (lines.empty()) return {};
  if (const auto set = environment.get(variable)) lines = format("{}\n{}", *set, lines);
  return {{std::string(variable), lines}};
}

} // namespace nixbuild::nix
