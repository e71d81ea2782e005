#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::image {

// `text` as Go's json.Marshal writes a string: in quotes, with "<", ">" and "&" escaped for HTML.
[[nodiscard]] std::string go_json_string(std::string_view text);
[[nodiscard]] std::string go_json_strings(const std::vector<std::string>& texts);

// Writes a JSON object without spaces, as json.Marshal writes a struct.
class GoJsonObject {
public:
  // `json` is written as it is.
  void add(std::string_view key, std::string_view json);
  // With Go's "omitempty": nothing is written for an empty text or list.
  void add_unless_empty(std::string_view key, std::string_view text);
  void add_unless_empty(std::string_view key, const std::vector<std::string>& texts);

  [[nodiscard]] std::string text() const { return "{" + members_ + "}"; }

private:
  std::string members_;
};

} // namespace nixbuild::image
