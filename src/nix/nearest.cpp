#include "nix/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace nixbuild::nix {

namespace {

constexpr std::size_t most_answers = 3;
constexpr std::size_t longest_name = 200; // the distance costs the product of both lengths

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& character : lower) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
  }
  return lower;
}

// Levenshtein's: how many letters must be added, removed or changed.
std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t changed = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

} // namespace

std::vector<std::string> nearest_names(std::string_view wanted,
                                       const std::vector<std::string>& names) {
  const std::string lower_wanted = lower_case(wanted.substr(0, longest_name));
  const std::size_t most_edits = std::max<std::size_t>(2, lower_wanted.size() / 3);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& name : names) {
    if (name.size() > longest_name) continue;
    const std::string lower_name = lower_case(name);
    // Half of what somebody remembers is right: "layered" for "layeredImage".
    const bool part = lower_wanted.size() >= 3 && lower_name.size() >= 3 &&
                      (lower_name.find(lower_wanted) != std::string::npos ||
                       lower_wanted.find(lower_name) != std::string::npos);
    const std::size_t edits = edit_distance(lower_wanted, lower_name);
    if (edits <= most_edits && edits < lower_wanted.size()) {
      near.emplace_back(edits, name);
    } else if (part) {
      near.emplace_back(most_edits + edits, name);
    }
  }
  std::ranges::sort(near);
  std::vector<std::string> best;
  for (std::size_t index = 0; index < std::min(near.size(), most_answers); ++index)
    best.push_back(std::move(near[index].second));
  return best;
}

} // namespace nixbuild::nix
