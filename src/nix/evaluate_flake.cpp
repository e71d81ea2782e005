#include "nix/evaluate.hpp"
#include "nix/flake_places.hpp"
#include "nix/nearest.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace nixbuild::nix {

namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

// What the first place that exists has instead of what was looked for.
struct Miss {
  Place place;
  MissingName name;
};

// Only a word, most likely an attribute whose ".#" was forgotten.
bool is_registry_name(const FlakeAttribute& flake) {
  return flake.fragment.empty() && flake.flake.find_first_of("./:~") == std::string::npos;
}

// The systems for which the flake has what was missed for the one that was asked for. That is only
// for the message, so a failure does not count.
std::vector<std::string> systems_that_have(const Session& session, const FlakeAttribute& flake,
                                           const Miss& miss, LogProgress& log) {
  if (!miss.place.by_system || miss.place.path.size() != 2) return {};
  const auto json = evaluate_json(session, systems_expression(miss.place.path[1]),
                                  {"--", target(flake, miss.place)}, log);
  std::vector<std::string> systems = json ? parse_names(*json) : std::vector<std::string>();
  std::erase(systems, miss.place.path[0]);
  return systems;
}

Error cannot_evaluate(const FlakeAttribute& flake, const Failure& failure) {
  Error error = explain(format("cannot evaluate {}", to_string(Installable(flake))), failure);
  if (!is_registry_name(flake)) return error;
  return std::move(error).with_hint(
      format("A name alone is looked up in the flake registries: write `.#{}` for an attribute of "
             "the flake in this folder.",
             flake.flake));
}

Error not_found(const FlakeAttribute& wanted, const std::string& system, const Miss& miss,
                const std::vector<std::string>& elsewhere) {
  const std::string& name = wanted.fragment;
  if (!elsewhere.empty()) {
    return Error(ErrorKind::not_found, format("flake '{}' has '{}' for {}, but not for {}",
                                              wanted.for_people(), name, listed(elsewhere), system))
        .with_hint(format("Add {} to the systems of the flake, or choose another platform with "
                          "`--platform`.",
                          system));
  }
  Error error(ErrorKind::not_found,
              format("flake '{}' has no '{}' for {}", wanted.for_people(), name, system));
  if (miss.place.by_system && miss.name.name == system) {
    return std::move(error).with_hint(
        format("Its `{}` are for {} only.", miss.place.root, listed(miss.name.siblings)));
  }
  const std::vector<std::string> near = nearest_names(miss.name.name, miss.name.siblings);
  if (!near.empty()) return std::move(error).with_hint(format("Did you mean {}?", listed(near)));
  constexpr std::size_t most = 12;
  if (!miss.name.siblings.empty() && miss.name.siblings.size() <= most) {
    return std::move(error).with_hint(format("It has: {}.", listed(miss.name.siblings)));
  }
  return std::move(error).with_hint(
      format("`nix flake show {}` lists what it has.", wanted.for_people()));
}

} // namespace

Evaluation evaluate_flake(const Session& session, const FlakeAttribute& given,
                          const std::string& system, LogProgress& log) {
  if (!session.options.args.empty() || !session.options.arg_strings.empty()) {
    throw Error(ErrorKind::invalid_input, "a flake takes no --arg and no --argstr")
        .with_hint("Use them with `--file`, where the expression is a function.");
  }
  const SelectedOutput selected = split_output(given.fragment);
  const FlakeAttribute wanted{.flake = given.flake,
                              .fragment = selected.rest.empty() ? "default" : selected.rest,
                              .shown = given.shown};
  const std::string what = to_string(Installable(wanted));
  std::optional<Miss> miss;
  std::optional<Failure> no_such_output;
  std::string other_system;
  for (const Place& place : places(parse_attribute_path(selected.rest), system)) {
    const auto json =
        evaluate_json(session, find_expression(place.path), {"--", target(given, place)}, log);
    if (!json) {
      if (!says_attribute_is_missing(json.error().text)) throw cannot_evaluate(given, json.error());
      no_such_output = json.error();
      continue;
    }
    Answer answer = parse_answer(*json);
    if (auto* missing = std::get_if<MissingName>(&answer)) {
      if (!miss) miss = Miss{.place = place, .name = std::move(*missing)};
      continue;
    }
    if (const auto* other = std::get_if<NoDerivation>(&answer)) {
      throw not_a_derivation(what, *other);
    }
    const auto& found = std::get<FoundDerivation>(answer);
    // `nix eval` itself looks for a plain name among the packages for the machine that it runs on:
    // no news if those for the wanted system lack it.
    if (miss && !place.by_system && found.system != system) {
      other_system = found.system;
      break;
    }
    return accept(found, to_string(full_path(place)), selected.output, system, what);
  }
  if (!miss) throw cannot_evaluate(given, no_such_output.value_or(Failure{}));
  const std::vector<std::string> elsewhere = systems_that_have(session, given, *miss, log);
  if (elsewhere.empty() && !other_system.empty()) throw wrong_system(what, other_system, system);
  throw not_found(wanted, system, *miss, elsewhere);
}

} // namespace nixbuild::nix
