#pragma once

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>

// JSON as people write it by hand (code.visualstudio.com/docs/languages/json, "JSON with
// Comments"): // and /* */ comments, and a comma behind the last element.
namespace nixbuild::devcontainer {

// The value of `text`; `what` names it in messages. Of equal keys the last one counts. Throws an
// Error of kind corrupt with line and column, also for more than 32 levels.
[[nodiscard]] boost::json::value parse_jsonc(std::string_view text, std::string_view what);

// `text` with a space in place of each byte of a comment and of each comma that nothing follows:
// what is left stands where it stood. Whether that is JSON is another question.
[[nodiscard]] std::string without_comments(std::string_view text);

} // namespace nixbuild::devcontainer
