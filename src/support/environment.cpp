#include "support/environment.hpp"

#include <unistd.h>

#ifdef __APPLE__
#include <crt_externs.h>
#endif

namespace nixbuild {

Environment Environment::of_process() {
#ifdef __APPLE__
  char** entries = *_NSGetEnviron();
#else
  char** entries = environ;
#endif
  std::map<std::string, std::string> variables;
  for (; entries != nullptr && *entries != nullptr; ++entries) {
    const std::string_view entry(*entries);
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return Environment(std::move(variables));
}

std::optional<std::string> Environment::get(std::string_view name) const {
  const auto found = variables_.find(std::string(name));
  if (found == variables_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

} // namespace nixbuild
