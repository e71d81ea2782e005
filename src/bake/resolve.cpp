#include "bake/resolve.hpp"

#include "bake/target_options.hpp"
#include "nix/nearest.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

#include <fnmatch.h>

namespace nixbuild::bake {

namespace json = boost::json;

namespace {

[[noreturn]] void refuse(std::string message, std::string hint = {}) {
  throw Error(ErrorKind::invalid_input, std::move(message)).with_hint(std::move(hint));
}

[[noreturn]] void refuse_unknown(const Definition& definition, const std::string& name) {
  std::vector<std::string> names;
  names.reserve(definition.targets.size() + definition.groups.size());
  for (const auto& [target, options] : definition.targets)
    names.push_back(target);
  for (const auto& [group, members] : definition.groups)
    names.push_back(group);
  const auto nearest = nix::nearest_names(name, names);
  refuse(format("there is no target {}", name),
         nearest.empty() ? "`docker nixbuild bake --list=targets` shows them"
                         : format("did you mean {}?", nearest.front()));
}

// With the order of the rest kept, which erase() would change.
json::object without(const json::object& object, std::string_view key) {
  json::object rest;
  for (const auto& [name, value] : object)
    if (name != key) rest[name] = value;
  return rest;
}

// A walk along names that must not come back to where it is.
class Path {
public:
  explicit Path(std::string_view kind) : kind_(kind) {}

  template <class Work>
  void with(const std::string& name, Work&& work) {
    if (!names_.insert(name).second) refuse(format("the {} {} leads to itself", kind_, name));
    std::forward<Work>(work)();
    names_.erase(name);
  }

private:
  std::string_view kind_;
  std::set<std::string> names_;
};

bool matches(const Override& override, const std::string& name) {
  return ::fnmatch(override.pattern.c_str(), name.c_str(), 0) == 0;
}

// Several of one key make a list, in place of what was there.
void apply(const std::vector<Override>& overrides, const std::string& target,
           json::object& options) {
  std::set<std::string> replaced;
  for (const Override& override : overrides) {
    if (!matches(override, target)) continue;
    json::value& place = options[override.key];
    if (!override.member.empty()) {
      if (!place.is_object()) place = json::object();
      place.get_object()[override.member] = override.value;
    } else if (is_list(override.key)) {
      if (replaced.insert(override.key).second || !place.is_array()) place = json::array();
      place.get_array().emplace_back(override.value);
    } else {
      place = override.value;
    }
  }
}

class Walk {
public:
  Walk(const Definition& definition, const std::vector<Override>& overrides, Selection& selection)
      : definition_(definition)
      , overrides_(overrides)
      , selection_(selection) {}

  // NOLINTNEXTLINE(misc-no-recursion): no deeper than there are groups, which Path sees to
  void add(const std::string& name) {
    const auto group = definition_.groups.find(name);
    if (group == definition_.groups.end()) return add_target(name);
    groups_.with(name, [&] {
      if (!selection_.groups.emplace(name, group->second).second) return; // was here before
      for (const std::string& member : group->second)
        // A group may hold the target of its name.
        if (member == name) {
          add_target(member);
        } else {
          add(member);
        }
    });
  }

private:
  void add_target(const std::string& name) {
    if (!definition_.targets.contains(name)) refuse_unknown(definition_, name);
    if (std::ranges::find(selection_.targets, name, &Target::name) != selection_.targets.end())
      return;
    const json::object options = without(inherited(name), "inherits");
    selection_.targets.push_back({.name = name, .options = json::serialize(options)});
  }

  // NOLINTNEXTLINE(misc-no-recursion): no deeper than there are targets, which Path sees to
  const json::object& inherited(const std::string& name) {
    const auto known = whole_.find(name);
    if (known != whole_.end()) return known->second;
    const auto target = definition_.targets.find(name);
    if (target == definition_.targets.end()) refuse_unknown(definition_, name);
    const json::object own = json::parse(target->second).as_object();
    json::object whole;
    parents_.with(name, [&] {
      if (const json::value* parents = own.if_contains("inherits")) {
        if (!parents->is_array()) refuse(format("\"inherits\" of {} is no list", name));
        for (const json::value& parent : parents->get_array()) {
          if (!parent.is_string()) refuse(format("\"inherits\" of {} holds no text", name));
          merge_into(whole, inherited(std::string(parent.get_string())));
        }
      }
    });
    whole = without(whole, "description"); // what a target is for is its own
    merge_into(whole, own);
    apply(overrides_, name, whole); // so that who inherits from it inherits that, as with buildx
    return whole_[name] = std::move(whole);
  }

  const Definition& definition_;
  const std::vector<Override>& overrides_;
  Selection& selection_;
  std::map<std::string, json::object> whole_; // of targets, with what they inherit
  Path groups_{"group"};
  Path parents_{"target"};
};

std::vector<std::string> usual_targets(const Definition& definition) {
  constexpr const char* usual = "default";
  if (definition.groups.contains(usual) || definition.targets.contains(usual)) return {usual};
  std::vector<std::string> all;
  all.reserve(definition.targets.size());
  for (const auto& [name, options] : definition.targets)
    all.push_back(name);
  return all;
}

// As `docker buildx bake --print` tells what was asked for.
void add_default_group(const std::vector<std::string>& wanted, Selection& selection) {
  for (const std::string& name : wanted)
    if (name != "default") selection.groups["default"].push_back(name);
}

} // namespace

Override parse_override(std::string_view text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  const std::string_view left = text.substr(0, equals);
  const std::size_t dot = left.find('.');
  if (equals == text.size() || dot == left.npos || dot == 0 || dot + 1 == left.size())
    refuse(format("--set {} is not understood", text),
           "write it as --set TARGET.KEY=VALUE; * stands for all targets");
  const std::string_view key = left.substr(dot + 1);
  const std::size_t second = std::min(key.find('.'), key.size());
  return {.pattern = std::string(left.substr(0, dot)),
          .key = canonical_key(std::string(key.substr(0, second))),
          .member = std::string(key.substr(std::min(second + 1, key.size()))),
          .value = std::string(text.substr(equals + 1))};
}

Selection resolve(const Definition& definition, const std::vector<std::string>& wanted,
                  const std::vector<Override>& overrides) {
  for (const Override& override : overrides) {
    const bool known = std::ranges::any_of(
        definition.targets, [&](const auto& target) { return matches(override, target.first); });
    if (!known) refuse(format("--set: no target matches {}", override.pattern));
  }
  Selection selection;
  Walk walk(definition, overrides, selection);
  const std::vector<std::string> names = wanted.empty() ? usual_targets(definition) : wanted;
  for (const std::string& name : names)
    walk.add(name);
  add_default_group(names, selection);
  return selection;
}

} // namespace nixbuild::bake
