#include "bake/definition.hpp"

#include "bake/target_options.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

namespace nixbuild::bake {

namespace json = boost::json;

namespace {

[[noreturn]] void refuse(std::string message, std::string hint = {}) {
  throw Error(ErrorKind::invalid_input, std::move(message)).with_hint(std::move(hint));
}

json::object document(const File& file) {
  boost::system::error_code error;
  json::value value = json::parse(file.content, error);
  if (error) refuse(format("{} is not JSON: {}", file.name, error.message()));
  if (!value.is_object()) refuse(format("{} holds no JSON object", file.name));
  return std::move(value.get_object());
}

// The blocks of a kind; each is an object.
json::object blocks(const json::object& document, std::string_view kind, const File& file) {
  const json::value* value = document.if_contains(kind);
  if (value == nullptr) return {};
  if (!value->is_object()) refuse(format("{}: \"{}\" is no object", file.name, kind));
  for (const auto& [name, block] : value->get_object())
    if (!block.is_object())
      refuse(format("{}: {}.{} is no object", file.name, kind, std::string_view(name)));
  return value->get_object();
}

void check_keys(const json::object& document, const File& file) {
  constexpr std::array known{"group", "target", "variable"};
  for (const auto& [key, value] : document) {
    const std::string_view name(key);
    if (std::ranges::find(known, name) != known.end() || name.starts_with('$')) continue;
    refuse(format("{}: unknown key \"{}\"", file.name, name),
           "a file of targets has \"target\", \"group\" and \"variable\"");
  }
}

using Variables = std::map<std::string, std::string>;

void add_variables(const json::object& found, Variables& variables, const File& file) {
  for (const auto& [name, block] : found) {
    const json::value* usual = block.get_object().if_contains("default");
    std::string text;
    if (usual != nullptr && usual->is_string()) {
      text = usual->get_string();
    } else if (usual != nullptr && (usual->is_number() || usual->is_bool())) {
      text = json::serialize(*usual);
    } else if (usual != nullptr && !usual->is_null()) {
      refuse(
          format("{}: the default of variable {} is no text", file.name, std::string_view(name)));
    }
    variables[name] = text;
  }
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_';
  });
}

std::string replaced(std::string_view text, const Variables& variables) {
  std::string result;
  while (!text.empty()) {
    const std::size_t start = text.find("${");
    if (start == text.npos) return result.append(text);
    if (start > 0 && text[start - 1] == '$') { // "$${"
      result.append(text.substr(0, start)).append("{");
      text.remove_prefix(start + 2);
      continue;
    }
    const std::size_t end = text.find('}', start);
    const std::string name(text.substr(start + 2, end == text.npos ? end : end - start - 2));
    if (end == text.npos || !is_name(name))
      refuse(format("\"{}\" is an expression", text),
             "only ${NAME} is understood here; `docker buildx bake --print` resolves expressions");
    const auto variable = variables.find(name);
    if (variable == variables.end())
      refuse(format("there is no variable {}", name),
             format("declare it: \"variable\": {{\"{}\": {{\"default\": \"…\"}}}}", name));
    result.append(text.substr(0, start)).append(variable->second);
    text.remove_prefix(end + 1);
  }
  return result;
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds how deep JSON nests
void replace_in(json::value& value, const Variables& variables) {
  if (value.is_string()) {
    value = replaced(std::string_view(value.get_string()), variables);
  } else if (value.is_array()) {
    for (json::value& element : value.get_array())
      replace_in(element, variables);
  } else if (value.is_object()) {
    for (auto& member : value.get_object())
      replace_in(member.value(), variables);
  }
}

std::vector<std::string> members_of(std::string_view name, const json::object& group,
                                    const File& file) {
  std::vector<std::string> members;
  const json::value* targets = group.if_contains("targets");
  if (targets == nullptr || !targets->is_array())
    refuse(format("{}: the group {} has no list of targets", file.name, name));
  for (const json::value& member : targets->get_array()) {
    if (!member.is_string())
      refuse(format("{}: a target of the group {} is no text", file.name, name));
    members.emplace_back(member.get_string());
  }
  return members;
}

} // namespace

Definition read_files(const std::vector<File>& files, const Environment& environment) {
  Definition definition;
  std::map<std::string, json::object> targets;
  Variables variables;
  for (const File& file : files) {
    const json::object content = document(file);
    check_keys(content, file);
    add_variables(blocks(content, "variable", file), variables, file);
    for (const auto& [name, block] : blocks(content, "group", file))
      definition.groups[name] = members_of(name, block.get_object(), file);
    for (const auto& [name, block] : blocks(content, "target", file))
      merge_into(targets[name], canonical(block.get_object()));
  }
  for (auto& [name, text] : variables)
    text = environment.get(name).value_or(text);
  for (auto& [name, options] : targets) {
    json::value value(std::move(options));
    with_frame(format("reading target {}", name), [&] { replace_in(value, variables); });
    definition.targets[name] = json::serialize(value);
  }
  return definition;
}

} // namespace nixbuild::bake
