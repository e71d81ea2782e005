#pragma once

#include <string>
#include <vector>

namespace nixbuild::plugin {

// Rows of equally many cells as aligned columns, as `docker ps` prints them.
[[nodiscard]] std::string table_text(const std::vector<std::vector<std::string>>& rows);

} // namespace nixbuild::plugin
