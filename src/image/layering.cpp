#include "image/layering.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <set>
#include <span>
#include <string_view>
#include <tuple>

namespace nixbuild::image {

namespace {

using nix::Closure;

struct Rank {
  std::uint64_t users = 0; // how many paths need it, directly or not
  std::size_t height = 0;  // length of the longest chain of references that begins at it
};

// All paths, each after what it refers to. Nix knows no cycles; would there be one, its paths come
// last.
std::vector<std::size_t> references_first(const Closure& closure) {
  const std::size_t count = closure.paths.size();
  std::vector<std::size_t> missing(count);
  std::vector<std::vector<std::size_t>> users(count);
  std::vector<std::size_t> order;
  order.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    missing[i] = closure.paths[i].references.size();
    if (missing[i] == 0) order.push_back(i);
    for (const std::size_t reference : closure.paths[i].references)
      users[reference].push_back(i);
  }
  for (std::size_t next = 0; next < order.size(); ++next)
    for (const std::size_t user : users[order[next]])
      if (--missing[user] == 0) order.push_back(user);
  for (std::size_t i = 0; i < count; ++i)
    if (missing[i] != 0) order.push_back(i);
  return order;
}

// Counts users by handing sets of them down the references, 64 possible users at a time.
void count_users(const Closure& closure, const std::vector<std::size_t>& order,
                 std::vector<Rank>& ranks) {
  constexpr std::size_t width = 64;
  std::vector<std::uint64_t> users(order.size());
  for (std::size_t first = 0; first < order.size(); first += width) {
    std::ranges::fill(users, 0);
    for (std::size_t i = first; i < std::min(first + width, order.size()); ++i)
      users[order[i]] = std::uint64_t{1} << (i - first);
    for (std::size_t i = order.size(); i-- > 0;) {
      const std::size_t path = order[i];
      for (const std::size_t reference : closure.paths[path].references)
        users[reference] |= users[path];
      ranks[path].users += static_cast<std::uint64_t>(std::popcount(users[path]));
    }
  }
  for (Rank& rank : ranks)
    rank.users -= 1; // itself
}

std::vector<Rank> rank_all(const Closure& closure) {
  const std::vector<std::size_t> order = references_first(closure);
  std::vector<Rank> ranks(order.size());
  count_users(closure, order, ranks);
  for (const std::size_t path : order)
    for (const std::size_t reference : closure.paths[path].references)
      ranks[path].height = std::max(ranks[path].height, ranks[reference].height + 1);
  return ranks;
}

// A count to the power of two.
int magnitude(std::uint64_t count) {
  return static_cast<int>(std::bit_width(count));
}

std::vector<std::size_t> order_by(const Closure& closure, const std::vector<Rank>& ranks) {
  // Users of one path need what it needs too, hence fewer users never means lower down.
  const auto place = [&](std::size_t path) {
    const std::string_view text = closure.paths[path].path;
    return std::tuple(-magnitude(ranks[path].users), ranks[path].height, nix::store_name(text),
                      text);
  };
  std::vector<std::size_t> order(closure.paths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, place);
  return order;
}

// Neighbouring paths of the order that share a layer.
struct Run {
  std::size_t begin = 0;
  std::size_t end = 0;
  double weight = 0; // of its bytes; exact up to 2^53
  [[nodiscard]] double length() const { return static_cast<double>(end - begin); }
};

// What it costs, if any of their paths may change, that the runs are sent together.
double cost_of_joining(const Run& left, const Run& right) {
  return left.weight * right.length() + right.weight * left.length();
}

double weight_of(const nix::ClosurePath& path, const Rank& rank) {
  return static_cast<double>(std::bit_floor(path.nar_size)) * (1 + magnitude(rank.users));
}

// Joins neighbours until `wanted` runs are left.
std::vector<Run> join(std::vector<Run> runs, std::size_t wanted) {
  const std::size_t none = runs.size();
  std::vector<std::size_t> previous(runs.size());
  std::vector<std::size_t> next(runs.size());
  // Of equally cheap pairs the uppermost comes first.
  std::set<std::tuple<double, std::size_t>> pairs; // cost, distance of the left one from the top
  const auto pair_from = [&](std::size_t left) {
    return std::tuple(cost_of_joining(runs[left], runs[next[left]]), none - left);
  };
  for (std::size_t i = 0; i < runs.size(); ++i) {
    previous[i] = i == 0 ? none : i - 1;
    next[i] = i + 1;
  }
  for (std::size_t i = 0; i + 1 < runs.size(); ++i)
    pairs.insert(pair_from(i));
  for (std::size_t left_over = runs.size(); left_over > wanted; --left_over) {
    const std::size_t left = none - std::get<1>(*pairs.begin());
    const std::size_t right = next[left];
    pairs.erase(pair_from(left));
    if (previous[left] != none) pairs.erase(pair_from(previous[left]));
    if (next[right] != none) pairs.erase(pair_from(right));
    runs[left].end = runs[right].end;
    runs[left].weight += runs[right].weight;
    runs[right].end = runs[right].begin;
    next[left] = next[right];
    if (next[left] != none) previous[next[left]] = left;
    if (previous[left] != none) pairs.insert(pair_from(previous[left]));
    if (next[left] != none) pairs.insert(pair_from(left));
  }
  std::erase_if(runs, [](const Run& run) { return run.begin == run.end; });
  return runs;
}

std::vector<std::string> sorted_paths(const Closure& closure, const auto& indexes) {
  std::vector<std::string> paths;
  paths.reserve(indexes.size());
  for (const std::size_t i : indexes)
    paths.push_back(closure.paths[i].path);
  std::ranges::sort(paths);
  return paths;
}

} // namespace

std::vector<std::size_t> bottom_up_order(const Closure& closure) {
  return order_by(closure, rank_all(closure));
}

std::vector<std::vector<std::string>> layers_of(const Closure& closure, std::size_t max_layers) {
  const std::vector<Rank> ranks = rank_all(closure);
  const std::vector<std::size_t> order = order_by(closure, ranks);
  const auto unused =
      std::ranges::find(order, 0U, [&](std::size_t path) { return ranks[path].users; });
  const auto used_count = static_cast<std::size_t>(unused - order.begin());
  const bool has_top = unused != order.end();
  if (max_layers == 1) {
    if (order.empty()) return {};
    return {sorted_paths(closure, order)};
  }

  std::vector<Run> runs;
  runs.reserve(used_count);
  for (std::size_t i = 0; i < used_count; ++i) {
    runs.push_back(
        {.begin = i, .end = i + 1, .weight = weight_of(closure.paths[order[i]], ranks[order[i]])});
  }
  std::vector<std::vector<std::string>> layers;
  for (const Run& run : join(std::move(runs), max_layers - (has_top ? 1 : 0))) {
    layers.push_back(
        sorted_paths(closure, std::span(order).subspan(run.begin, run.end - run.begin)));
  }
  if (has_top) layers.push_back(sorted_paths(closure, std::span(order).subspan(used_count)));
  return layers;
}

} // namespace nixbuild::image
