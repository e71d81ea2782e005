#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace nixbuild {

// Environment variables as a value, so that tests choose them.
class Environment {
public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string> variables)
      : variables_(std::move(variables)) {}

  // The process's own environment.
  [[nodiscard]] static Environment of_process();

  // The value of `name`; nothing when it is unset or empty, as the docker CLI counts.
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;

  [[nodiscard]] const std::map<std::string, std::string>& variables() const { return variables_; }

private:
  std::map<std::string, std::string> variables_;
};

} // namespace nixbuild
