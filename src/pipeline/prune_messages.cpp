#include "pipeline/prune_messages.hpp"

#include "pipeline/message_parts.hpp"

#include <boost/json.hpp>

#include <cstdint>

namespace nixbuild::pipeline {

namespace json = boost::json;

namespace {

json::object object_of(const FactFile::Excess& excess) {
  return {{"facts", excess.facts}, {"bytes", excess.bytes}};
}

FactFile::Excess excess(const json::value& value) {
  return {.facts = value.at("facts").to_number<std::size_t>(),
          .bytes = value.at("bytes").to_number<std::uintmax_t>()};
}

json::array array_of(const std::vector<std::filesystem::path>& paths) {
  json::array list;
  for (const std::filesystem::path& path : paths)
    list.emplace_back(path.string());
  return list;
}

std::vector<std::filesystem::path> paths(const json::value& value) {
  std::vector<std::filesystem::path> list;
  for (const std::string& path : texts(value))
    list.emplace_back(path);
  return list;
}

} // namespace

std::string to_message(const Prunable& prunable) {
  json::array roots;
  for (const ForsakenRoot& root : prunable.roots)
    roots.push_back(
        json::object{{"project", root.project.string()}, {"files", array_of(root.files)}});
  json::array images;
  for (const engine::NamelessImage& image : prunable.images)
    images.push_back(json::object{{"id", image.id}, {"size", image.size}});
  return json::serialize(json::object{{"digests", object_of(prunable.digests)},
                                      {"compressed", object_of(prunable.compressed)},
                                      {"evaluations", object_of(prunable.evaluations)},
                                      {"roots", std::move(roots)},
                                      {"agents", array_of(prunable.agents)},
                                      {"images", std::move(images)}});
}

Prunable parse_prunable(std::string_view message) {
  return reading("list of what another machine has too much", [&] {
    const json::object object = object_in(message);
    Prunable prunable{.digests = excess(object.at("digests")),
                      .compressed = excess(object.at("compressed")),
                      .evaluations = excess(object.at("evaluations")),
                      .roots = {},
                      .agents = paths(object.at("agents")),
                      .images = {}};
    for (const json::value& root : object.at("roots").as_array())
      prunable.roots.push_back(
          {.project = text(root.at("project")), .files = paths(root.at("files"))});
    for (const json::value& image : object.at("images").as_array())
      prunable.images.push_back(
          {.id = text(image.at("id")), .size = image.at("size").to_number<std::uint64_t>()});
    return prunable;
  });
}

} // namespace nixbuild::pipeline
