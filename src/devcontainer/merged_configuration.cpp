#include "devcontainer/merged_configuration.hpp"

#include "devcontainer/jsonc.hpp"
#include "devcontainer/metadata_label.hpp"
#include "support/error.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <ranges>

namespace nixbuild::devcontainer {

namespace json = boost::json;

MergedConfiguration::MergedConfiguration(const Seen& seen) {
  if (seen.image) {
    const auto label = seen.image->labels.find(std::string(metadata_label));
    if (label != seen.image->labels.end()) add_label(label->second);
  }
  for (const std::string& text : seen.local_features) {
    try {
      owned_.push_back(std::make_shared<const json::value>(parse_jsonc(text, "a feature")));
    } catch (const Error&) {
      continue; // the tools say it better
    }
    if (const json::object* feature = owned_.back()->if_object())
      parts_.push_back({.name = "a feature in .devcontainer", .content = feature});
  }
  parts_.push_back({.name = seen.configuration.file.filename().string(),
                    .content = seen.configuration.content.get()});
}

void MergedConfiguration::add_label(const std::string& text) {
  has_label_ = true;
  json::error_code error;
  owned_.push_back(std::make_shared<const json::value>(json::parse(text, error)));
  if (error) {
    label_problem_ = "is no JSON: " + error.message();
    return;
  }
  const json::array* entries = owned_.back()->if_array();
  if (entries == nullptr) {
    label_problem_ = "is no array";
    return;
  }
  for (const json::value& entry : *entries)
    if (const json::object* object = entry.if_object())
      parts_.push_back({.name = "the image's label", .content = object});
}

const Part* MergedConfiguration::who_turns_on(std::string_view key) const {
  const auto found = std::ranges::find_if(parts_, [key](const Part& part) {
    const json::value* value = part.content->if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
  });
  return found == parts_.end() ? nullptr : &*found;
}

const json::value* MergedConfiguration::last(std::string_view key) const {
  for (const Part& part : parts_ | std::views::reverse)
    if (const json::value* value = part.content->if_contains(key)) return value;
  return nullptr;
}

bool MergedConfiguration::any_holds(std::string_view key, std::string_view text) const {
  return std::ranges::any_of(parts_, [&](const Part& part) {
    const json::value* value = part.content->if_contains(key);
    const json::array* list = value == nullptr ? nullptr : value->if_array();
    return list != nullptr && std::ranges::any_of(*list, [text](const json::value& one) {
             return one.is_string() && std::string_view(one.get_string()).contains(text);
           });
  });
}

} // namespace nixbuild::devcontainer
