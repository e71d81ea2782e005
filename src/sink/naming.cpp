#include "sink/naming.hpp"

#include "support/error.hpp"

#include <algorithm>
#include <set>

namespace nixbuild::sink {

namespace {

bool has_name(const engine::ImageDetails& image, const oci::Reference& name) {
  return std::ranges::any_of(
      image.repo_tags, [&](const std::string& tag) { return oci::Reference::parse(tag) == name; });
}

bool remove_if_nameless(const std::string& id, engine::Engine& engine, const CancelToken& cancel) {
  try {
    const auto image = engine.inspect_image(id, cancel);
    return image && image->repo_tags.empty() && engine.remove_image(id, cancel);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return false;
  }
}

} // namespace

std::vector<std::string> give_names(const engine::ImageDetails& image,
                                    const std::vector<oci::Reference>& names, Replaced replaced,
                                    engine::Engine& engine, const CancelToken& cancel) {
  std::set<std::string> losers;
  for (const oci::Reference& name : names) {
    if (has_name(image, name)) continue;
    if (replaced == Replaced::remove) {
      if (const auto loser = engine.inspect_image(name.str(), cancel)) losers.insert(loser->id);
    }
    engine.tag_image(image.id, name, cancel);
  }
  std::vector<std::string> removed;
  for (const std::string& id : losers) {
    if (id != image.id && remove_if_nameless(id, engine, cancel)) removed.push_back(id);
  }
  return removed;
}

} // namespace nixbuild::sink
