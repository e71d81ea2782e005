#include "nix/can_build.hpp"

#include "nix/discovery.hpp"
#include "nix/flags.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <sstream>

namespace nixbuild::nix {

namespace {

// Whether `word` is one of the words in `text`, which `separators` and blanks are between.
bool has_word(std::string_view text, std::string_view word, std::string_view separators) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (text.substr(0, end) == word) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

std::string text_of(const std::string& file) {
  try {
    return read_file(file);
  } catch (const Error&) {
    return {};
  }
}

} // namespace

bool machines_allow(std::string_view machines, const std::string& system) {
  std::string lines(machines);
  std::replace(lines.begin(), lines.end(), ';', '\n');
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) {
    std::istringstream fields(line.substr(0, line.find('#')));
    std::string uri;
    std::string systems;
    if (!(fields >> uri)) continue;
    if (uri.starts_with('@')) {
      if (machines_allow(text_of(uri.substr(1)), system)) return true;
    } else if (fields >> systems && has_word(systems, system, ",")) {
      return true;
    }
  }
  return false;
}

bool settings_allow(std::string_view settings, const std::string& system) {
  std::istringstream stream{std::string(settings)};
  for (std::string line; std::getline(stream, line);) {
    const std::size_t equals = line.find(" = ");
    if (equals == std::string::npos) continue;
    const std::string_view name = std::string_view(line).substr(0, equals);
    const std::string_view value = std::string_view(line).substr(equals + 3);
    if ((name == "system" || name == "extra-platforms") && has_word(value, system, " "))
      return true;
    if (name == "builders" && machines_allow(value, system)) return true;
    // Determinate Nix's own Linux builder on a Mac: JSON that names the systems.
    if (name == "external-builders" && value.contains("\"" + system + "\"")) return true;
  }
  return false;
}

bool can_build(const std::string& system, process::Runner& runner, const Environment& environment,
               const CancelToken& cancel) {
  try {
    process::Command command{.argv = {find_nix(environment).string()}};
    const Arguments features = experimental_features();
    command.argv.insert(command.argv.end(), features.begin(), features.end());
    // The name that Nix from 2.4 to now has for it; newer ones call it `config show`, too.
    command.argv.emplace_back("show-config");
    const auto answer = process::capture(runner, command, cancel);
    return answer.status.success() && settings_allow(answer.out, system);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return false;
  }
}

} // namespace nixbuild::nix
