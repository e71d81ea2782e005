#pragma once

#include <string>

namespace nixbuild::plugin {

// docker-nixbuild(1) in man(7) form, from the same tables as --help.
[[nodiscard]] std::string man_page();

} // namespace nixbuild::plugin
