#include "plugin/annotation_option.hpp"

#include "plugin/comma_list.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <string>
#include <utility>
#include <vector>

namespace nixbuild::plugin {

namespace {

[[noreturn]] void refuse(const std::string& text, std::string_view reason) {
  throw Error(ErrorKind::invalid_input, format("invalid annotation \"{}\": {}", text, reason))
      .with_hint("write KEY=VALUE for each manifest, index:KEY=VALUE for the index");
}

void add_annotation(pipeline::BuildRequest& request, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) refuse(text, "it is not KEY=VALUE");
  std::string key = text.substr(0, equals);
  const std::string value = text.substr(equals + 1);
  std::vector<std::string> places{"manifest"};
  if (const std::size_t colon = key.find(':'); colon != std::string::npos) {
    places = split_at_commas(key.substr(0, colon));
    key.erase(0, colon + 1);
  }
  if (key.empty()) refuse(text, "it has no key");
  for (const std::string& place : places) {
    if (place == "manifest")
      request.manifest_annotations[key] = value;
    else if (place == "index")
      request.index_annotations[key] = value;
    else
      refuse(text, format("\"{}\" has no annotations here", place));
  }
}

} // namespace

void set_annotations(pipeline::BuildRequest& request, const ParsedOptions& options) {
  for (const auto& values : options.all("annotation"))
    add_annotation(request, values.front());
}

} // namespace nixbuild::plugin
