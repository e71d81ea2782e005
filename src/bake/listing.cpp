#include "bake/listing.hpp"

#include "support/format.hpp"

#include <boost/json.hpp>

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace nixbuild::bake {

namespace json = boost::json;

namespace {

std::string description_of(const std::string& options) {
  const json::object object = json::parse(options).as_object();
  const json::value* text = object.if_contains("description");
  return text != nullptr && text->is_string() ? std::string(text->get_string()) : std::string();
}

} // namespace

std::string printed(const Selection& selection) {
  json::object groups;
  for (auto [name, members] : selection.groups) {
    std::ranges::sort(members);
    json::array list;
    for (const std::string& member : members)
      list.emplace_back(member);
    groups[name] = json::object{{"targets", std::move(list)}};
  }
  json::object targets;
  std::vector<Target> sorted = selection.targets;
  std::ranges::sort(sorted, {}, &Target::name);
  for (const Target& target : sorted)
    targets[target.name] = json::parse(target.options);
  json::object document;
  if (!groups.empty()) document["group"] = std::move(groups);
  document["target"] = std::move(targets);
  return json::serialize(document);
}

std::string listed(const Definition& definition) {
  std::vector<std::pair<std::string, std::string>> rows;
  rows.reserve(definition.targets.size() + definition.groups.size() + 1);
  for (const auto& [name, options] : definition.targets)
    rows.emplace_back(name, description_of(options));
  for (const auto& [name, members] : definition.groups)
    if (!definition.targets.contains(name))
      rows.emplace_back(name, format("{}", fmt::join(members, ", ")));
  std::ranges::sort(rows);
  rows.emplace(rows.begin(), "TARGET", "DESCRIPTION");
  std::size_t width = 0;
  for (const auto& [name, text] : rows)
    width = std::max(width, name.size());
  std::string table;
  for (const auto& [name, text] : rows) {
    std::string line = format("{:<{}}  {}", name, width, text);
    line.erase(line.find_last_not_of(' ') + 1);
    table += line + "\n";
  }
  return table;
}

} // namespace nixbuild::bake
