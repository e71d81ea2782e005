#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::image {

// The one way to write a member's name: "./a//b/" is "a/b", the archive's own folder is "". Nothing
// when it is absolute or holds "..".
[[nodiscard]] std::optional<std::string> member_name(std::string_view name);

// The member that a symbolic link called `link` points to. Nothing when that is outside of the
// archive.
[[nodiscard]] std::optional<std::string> link_destination(std::string_view link,
                                                          std::string_view target);

} // namespace nixbuild::image
