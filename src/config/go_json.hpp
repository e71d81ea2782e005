#pragma once

#include <boost/json/fwd.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// JSON files of the docker CLI, read with the rules of the decoder that the CLI uses (Go's
// encoding/json): keys match without regard to case, the last of equal keys counts, null is as
// good as absent, and one value of the wrong type spoils the whole file.
namespace nixbuild::config {

// Where in a file a value stands, for messages: {"/home/me/.docker/config.json", "plugins.x"}.
struct JsonPlace {
  std::filesystem::path file;
  std::string key; // empty for the document itself
  [[nodiscard]] JsonPlace member(std::string_view name) const;
};

// The first value in `text`; what follows it is ignored, as the CLI does for config.json. An
// empty text is null. Throws an Error of kind corrupt.
[[nodiscard]] boost::json::value parse_json(std::string_view text, const JsonPlace& place);

// Whether two keys are the same to Go; it folds no letters but those of ASCII in these files.
[[nodiscard]] bool equal_ignoring_case(std::string_view left, std::string_view right);

// The value of `key`, or nothing when it is absent or null.
[[nodiscard]] const boost::json::value* find_member(const boost::json::object& object,
                                                    std::string_view key);

// The value as what it must be. Throw an Error of kind corrupt that names place and both types.
[[nodiscard]] const boost::json::object& as_object(const boost::json::value& value,
                                                   const JsonPlace& place);
[[nodiscard]] std::string as_text(const boost::json::value& value, const JsonPlace& place);
[[nodiscard]] bool as_bool(const boost::json::value& value, const JsonPlace& place);
[[nodiscard]] std::vector<std::string> as_text_list(const boost::json::value& value,
                                                    const JsonPlace& place);
[[nodiscard]] std::map<std::string, std::string> as_text_map(const boost::json::value& value,
                                                             const JsonPlace& place);

} // namespace nixbuild::config
