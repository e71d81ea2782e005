#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::plugin {

// A program and its arguments as people write them in one option: a JSON array of strings, which
// can hold anything, or words between white space. Words go through no shell, so text with quotes
// or backslashes, which would not mean what it does in one, is refused. Empty text is no arguments.
// The error is a phrase that reads after "… \"TEXT\" ".
[[nodiscard]] std::expected<std::vector<std::string>, std::string>
parse_argument_vector(std::string_view text);

} // namespace nixbuild::plugin
