#include "nix/store_path.hpp"
#include "plugin/build_request.hpp"
#include "plugin/cache_commands.hpp"
#include "plugin/display.hpp"
#include "plugin/format_choice.hpp"
#include "plugin/indented_json.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace nixbuild::plugin {

namespace json = boost::json;

namespace {

constexpr std::size_t most_missing = 10;

std::string row(const cache::Holdings& one, std::size_t wanted, std::size_t width) {
  if (one.failure) return format("{:<{}}  {}\n", one.cache, width, one.failure->message());
  if (wanted == 0) return format("{:<{}}  is there\n", one.cache, width);
  return format("{:<{}}  {:<12}  {:<10}  {}\n", one.cache, width,
                format("{} of {}", one.paths, wanted), format_bytes(one.download_bytes),
                format_bytes(one.nar_bytes));
}

// What really changes a hash, and what does not.
std::string dirty_text(const pipeline::DirtyTree& tree) {
  std::string text = "\n";
  if (tree.changed > 0) {
    text += format("Changes that are not committed: {} files. ", tree.changed);
    if (!tree.other_derivation) {
      text += "A cache that was filled from the commit has this only if they change neither the "
              "files that it is made of nor what it uses of self (rev, lastModified, the whole).\n";
    } else if (*tree.other_derivation) {
      text += "They change what is built: a cache that was filled from the commit has something "
              "else.\n";
    } else {
      text += "They change nothing: it is what the commit builds, too.\n";
    }
  }
  if (tree.untracked > 0)
    text += format("Files that git does not track, so that Nix does not see them: {}. `git add "
                   "--intent-to-add` shows them to it.\n",
                   tree.untracked);
  return text;
}

json::array names(const std::vector<std::string>& paths) {
  json::array array;
  for (const std::string& path : paths)
    array.push_back(json::string(path));
  return array;
}

} // namespace

std::string cache_check_text(const pipeline::CacheCheck& check) {
  const cache::Lookup& lookup = check.lookup;
  std::size_t width = std::string_view("CACHE").size();
  for (const cache::Holdings& one : lookup.caches)
    width = std::max(width, one.cache.size());
  std::string text;
  if (!check.path.empty()) {
    text += format("{}\n{}\n\n", check.path,
                   check.is_here ? "Its closure is known from this machine's store."
                                 : "It is not in this machine's store: its closure is known as far "
                                   "as the caches tell.");
    text += format("{:<{}}  {:<12}  {:<10}  {}\n", "CACHE", width, "PATHS", "DOWNLOAD", "UNPACKED");
  }
  for (const cache::Holdings& one : lookup.caches)
    text += row(one, lookup.wanted.size(), width);
  if (check.dirty) text += dirty_text(*check.dirty);
  if (lookup.missing.empty()) return text;
  text += format("\nIn no cache: {} of {} paths\n", lookup.missing.size(), lookup.wanted.size());
  for (std::size_t i = 0; i < std::min(lookup.missing.size(), most_missing); ++i)
    text += format("  {}\n", nix::readable_name(lookup.missing[i]));
  if (lookup.missing.size() > most_missing)
    text += format("  and {} more\n", lookup.missing.size() - most_missing);
  return text;
}

std::string cache_check_json(const pipeline::CacheCheck& check) {
  json::array caches;
  for (const cache::Holdings& one : check.lookup.caches) {
    json::object cache{{"cache", one.cache},
                       {"paths", one.paths},
                       {"downloadBytes", one.download_bytes},
                       {"unpackedBytes", one.nar_bytes}};
    if (one.failure) cache["error"] = one.failure->message();
    caches.push_back(std::move(cache));
  }
  json::object object{{"installable", check.installable}, {"path", check.path},
                      {"inThisStore", check.is_here},     {"paths", check.lookup.wanted.size()},
                      {"caches", std::move(caches)},      {"missing", names(check.lookup.missing)}};
  if (check.dirty) {
    json::object dirty{{"changed", check.dirty->changed}, {"untracked", check.dirty->untracked}};
    if (check.dirty->other_derivation) dirty["otherDerivation"] = *check.dirty->other_derivation;
    object["git"] = std::move(dirty);
  }
  return indented_json(object);
}

int run_cache_check(const ParsedOptions& options, const context::GlobalFlags& docker,
                    World& world) {
  const Form form = form_of(options, "cache check");
  pipeline::BuildRequest request = parse_build_request(options, docker, world.environment);
  if (options.words.empty()) request.installable.clear();
  const pipeline::CacheCheck check = without_display(world, [&](pipeline::World& inner) {
    if (options.is_on("vm-image"))
      request.installable = request.installable.empty()
                                ? pipeline::running_vm_image(inner, world.cancel).path
                                : cache::vm_image_of_flake(request.installable);
    return pipeline::check_caches(request, inner, world.cancel);
  });
  world.out.write(form == Form::json ? cache_check_json(check) : cache_check_text(check));
  const bool all_answer = std::ranges::none_of(
      check.lookup.caches, [](const cache::Holdings& one) { return one.failure.has_value(); });
  return all_answer && check.lookup.missing.empty() ? 0 : 1;
}

} // namespace nixbuild::plugin
