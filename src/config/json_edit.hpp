#pragma once

#include <span>
#include <string>
#include <string_view>

// Edits of the text of config.json that leave every other byte of it as it is: other keys, their
// order, how numbers are written, blanks, and what stands behind the object.
namespace nixbuild::config {

// The keys that lead to a member, from the outermost on. The first one matches without regard to
// case, those within it exactly, and the last of equal keys counts, as the docker CLI reads them.
using KeyPath = std::span<const std::string_view>;

// `document`, which must begin with a JSON object, with the member at `path` being the string
// `value`. Objects on the way are made where there are none, laid out like what is there.
[[nodiscard]] std::string with_text_member(std::string_view document, KeyPath path,
                                           std::string_view value);

// `document` without the member at `path`, nor the objects around it that it leaves empty.
[[nodiscard]] std::string without_member(std::string_view document, KeyPath path);

} // namespace nixbuild::config
