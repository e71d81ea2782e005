#include "nix/evaluate.hpp"
#include "nix/flake_places.hpp"
#include "support/format.hpp"

#include <map>
#include <utility>

namespace nixbuild::nix {

namespace {

// An attribute on its way from place to place.
struct Sought {
  SelectedOutput selected;
  std::vector<Place> places;
  bool given_up = false; // it would fail
};

std::optional<Evaluation> accepted(const Answer& answer, const Sought& sought, const Place& place,
                                   const std::string& system, const std::string& what) {
  const auto* found = std::get_if<FoundDerivation>(&answer);
  if (found == nullptr) return std::nullopt;
  try {
    return accept(*found, to_string(full_path(place)), sought.selected.output, system, what);
  } catch (const Error&) { // evaluated alone it says so itself
    return std::nullopt;
  }
}

class Search {
public:
  Search(const Session& session, const FlakeAttributes& flakes, std::string system,
         LogProgress& log)
      : session_(session)
      , flakes_(flakes)
      , system_(std::move(system))
      , log_(log)
      , found_(flakes.size()) {
    for (const FlakeAttribute& flake : flakes)
      all_.push_back(sought(flake));
  }

  // Looks where each of them may be in its place number `round`; false when there are none.
  bool look(std::size_t round) {
    std::map<std::string, std::vector<std::size_t>> by_root;
    for (std::size_t index = 0; index < all_.size(); ++index) {
      const Sought& one = all_[index];
      if (found_[index] || one.given_up || round >= one.places.size()) continue;
      by_root[one.places[round].root].push_back(index);
    }
    for (const auto& [root, indexes] : by_root)
      look_in_one_output(round, indexes);
    return !by_root.empty();
  }

  [[nodiscard]] Evaluations& found() { return found_; }

private:
  [[nodiscard]] Sought sought(const FlakeAttribute& flake) const {
    try {
      SelectedOutput selected = split_output(flake.fragment);
      auto where = places(parse_attribute_path(selected.rest), system_);
      return {.selected = std::move(selected), .places = std::move(where)};
    } catch (const Error&) {
      return {.selected = {}, .places = {}, .given_up = true};
    }
  }

  void look_in_one_output(std::size_t round, const std::vector<std::size_t>& indexes) {
    std::vector<AttributePath> paths;
    paths.reserve(indexes.size());
    for (const std::size_t index : indexes)
      paths.push_back(all_[index].places[round].path);
    const std::size_t first = indexes.front();
    const auto json =
        evaluate_json(session_, find_all_expression(paths),
                      {"--", target(flakes_[first], all_[first].places[round])}, log_);
    if (!json) {
      if (says_attribute_is_missing(json.error().text)) return;
      for (const std::size_t index : indexes)
        all_[index].given_up = true;
      return;
    }
    const std::vector<Answer> answers = parse_answers(*json);
    if (answers.size() != indexes.size()) {
      throw Error(ErrorKind::corrupt,
                  format("nix eval answered {} of {} questions", answers.size(), indexes.size()));
    }
    for (std::size_t at = 0; at < indexes.size(); ++at)
      note(answers[at], round, indexes[at]);
  }

  void note(const Answer& answer, std::size_t round, std::size_t index) {
    if (std::holds_alternative<MissingName>(answer)) return;
    Sought& one = all_[index];
    found_[index] =
        accepted(answer, one, one.places[round], system_, to_string(Installable(flakes_[index])));
    one.given_up = !found_[index];
  }

  const Session& session_;
  const FlakeAttributes& flakes_;
  std::string system_;
  LogProgress& log_;
  std::vector<Sought> all_;
  Evaluations found_;
};

} // namespace

Evaluations evaluate_flake_together(const Session& session, const FlakeAttributes& flakes,
                                    const std::string& system, LogProgress& log) {
  if (!session.options.args.empty() || !session.options.arg_strings.empty())
    return Evaluations(flakes.size());
  Search search(session, flakes, system, log);
  for (std::size_t round = 0; search.look(round); ++round) {
  }
  return std::move(search.found());
}

} // namespace nixbuild::nix
