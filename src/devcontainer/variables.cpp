#include "devcontainer/variables.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::devcontainer {

namespace {

// What stands between "${" and "}".
std::string value_of(std::string_view variable, const Variables& variables) {
  if (variable == "localWorkspaceFolder") return variables.workspace.string();
  if (variable == "localWorkspaceFolderBasename") return variables.workspace.filename().string();
  const std::size_t colon = variable.find(':');
  const std::string_view kind = variable.substr(0, colon);
  if (colon != std::string_view::npos && (kind == "localEnv" || kind == "env")) {
    const std::string_view rest = variable.substr(colon + 1);
    const std::size_t second = rest.find(':');
    if (auto value = variables.environment.get(rest.substr(0, second))) return *std::move(value);
    return second == std::string_view::npos ? std::string() : std::string(rest.substr(second + 1));
  }
  throw Error(ErrorKind::invalid_input, format("${{{}}} has no value yet", variable))
      .with_hint("before there is a container these are known: ${localEnv:NAME}, "
                 "${localWorkspaceFolder} and ${localWorkspaceFolderBasename}");
}

} // namespace

std::string with_variables(std::string_view text, const Variables& variables) {
  std::string result;
  while (true) {
    const std::size_t begin = text.find("${");
    const std::size_t end = text.find('}', begin == std::string_view::npos ? begin : begin + 2);
    if (begin == std::string_view::npos || end == std::string_view::npos) break;
    result += text.substr(0, begin);
    result += value_of(text.substr(begin + 2, end - begin - 2), variables);
    text.remove_prefix(end + 1);
  }
  return result += text;
}

} // namespace nixbuild::devcontainer
