#include "builder/any_shell.hpp"

#include "support/format.hpp"

namespace nixbuild::builder {

std::string for_any_shell(const std::string& script) {
  return format("exec sh -c '{}'", script);
}

} // namespace nixbuild::builder
