#include "closures.hpp"
#include "image/layering.hpp"
#include "support/format.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <numeric>
#include <random>
#include <set>

namespace image = nixbuild::image;
using nixbuild::format;
using nixbuild::nix::Closure;
using nixbuild::tests::closure_of;
using nixbuild::tests::PathSpec;

namespace {

using Layers = std::vector<std::vector<std::string>>;

// A random closure: path 0 is the root, needs everything, and each path refers to later ones only.
std::vector<PathSpec> random_specs(std::mt19937& random, std::size_t count) {
  std::vector<PathSpec> specs(count);
  for (std::size_t i = 0; i < count; ++i) {
    specs[i].path = format("/nix/store/{:08x}-package-{}", random(), i);
    specs[i].nar_size = std::uint64_t{1} << (7 + random() % 20);
    specs[i].nar_size += random() % specs[i].nar_size;
    std::set<std::size_t> references;
    if (i + 1 < count)
      references.insert(i + 1 + random() % std::min<std::size_t>(count - i - 1, 9));
    for (std::size_t n = random() % 4; n-- > 0 && i + 1 < count;)
      references.insert(i + 1 + random() % (count - i - 1));
    if (i == 0) // an environment: links to everything
      for (std::size_t other = 1; other < count; ++other)
        references.insert(other);
    specs[i].references.assign(references.begin(), references.end());
  }
  return specs;
}

std::vector<PathSpec> permuted(const std::vector<PathSpec>& specs, std::mt19937& random) {
  std::vector<std::size_t> new_place(specs.size());
  std::iota(new_place.begin(), new_place.end(), std::size_t{0});
  std::ranges::shuffle(new_place, random);
  std::vector<PathSpec> result(specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    PathSpec spec = specs[i];
    for (std::size_t& reference : spec.references)
      reference = new_place[reference];
    result[new_place[i]] = spec;
  }
  return result;
}

// The paths, a rebuild of `changed` gives new hashes to: itself and all that need it.
std::vector<bool> affected_by(const std::vector<PathSpec>& specs, std::size_t changed) {
  std::vector<bool> affected(specs.size());
  affected[changed] = true;
  for (std::size_t i = changed; i-- > 0;)
    for (const std::size_t reference : specs[i].references)
      if (affected[reference]) affected[i] = true;
  return affected;
}

template <class Check>
void for_random_closures(Check check) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 random(seed);
    const std::size_t count = 1 + random() % 250;
    const std::size_t limit = 1 + random() % 40;
    BOOST_TEST_CONTEXT("seed " << seed << ", " << count << " paths, at most " << limit)
    check(random_specs(random, count), limit, random);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(layering)

BOOST_AUTO_TEST_CASE(every_path_is_in_one_layer_and_the_limit_holds) {
  for_random_closures([](const auto& specs, std::size_t limit, std::mt19937&) {
    const Layers layers = image::layers_of(closure_of(specs), limit);
    BOOST_TEST(layers.size() == std::min(limit, specs.size()));
    std::multiset<std::string> seen;
    for (const auto& layer : layers) {
      BOOST_TEST(!layer.empty());
      BOOST_TEST(std::ranges::is_sorted(layer));
      seen.insert(layer.begin(), layer.end());
    }
    std::multiset<std::string> wanted;
    for (const PathSpec& spec : specs)
      wanted.insert(spec.path);
    BOOST_TEST((seen == wanted));
  });
}

BOOST_AUTO_TEST_CASE(order_of_the_input_does_not_matter) {
  for_random_closures([](const auto& specs, std::size_t limit, std::mt19937& random) {
    const Layers layers = image::layers_of(closure_of(specs), limit);
    BOOST_TEST((image::layers_of(closure_of(permuted(specs, random)), limit) == layers));
  });
}

BOOST_AUTO_TEST_CASE(nothing_lies_below_what_it_needs) {
  for_random_closures([](const auto& specs, std::size_t limit, std::mt19937&) {
    const Layers layers = image::layers_of(closure_of(specs), limit);
    std::map<std::string, std::size_t> layer_of;
    for (std::size_t i = 0; i < layers.size(); ++i)
      for (const std::string& path : layers[i])
        layer_of[path] = i;
    for (const PathSpec& spec : specs)
      for (const std::size_t reference : spec.references)
        BOOST_TEST(layer_of[specs[reference].path] <= layer_of[spec.path]);
  });
}

BOOST_AUTO_TEST_CASE(rebuilding_the_root_changes_the_last_layer_alone) {
  for_random_closures([](auto specs, std::size_t limit, std::mt19937& random) {
    if (limit == 1) return;
    Layers before = image::layers_of(closure_of(specs), limit);
    specs[0].path = format("/nix/store/{:08x}-renamed", random());
    specs[0].nar_size *= 1 + random() % 1000;
    Layers after = image::layers_of(closure_of(specs), limit);
    BOOST_TEST(after.back() == std::vector{specs[0].path}, boost::test_tools::per_element());
    before.pop_back();
    after.pop_back();
    BOOST_TEST((before == after));
  });
}

BOOST_AUTO_TEST_CASE(rebuilding_any_path_keeps_every_layer_that_does_not_need_it) {
  for_random_closures([](auto specs, std::size_t limit, std::mt19937& random) {
    const Layers before = image::layers_of(closure_of(specs), limit);
    const std::vector<bool> affected = affected_by(specs, random() % specs.size());
    std::map<std::string, std::string> new_names;
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (!affected[i]) continue;
      const std::string old = specs[i].path;
      specs[i].path = format("/nix/store/{:08x}-package-{}", random(), i);
      specs[i].nar_size = std::bit_floor(specs[i].nar_size) + random() % 64;
      new_names[old] = specs[i].path;
    }
    Layers expected = before;
    for (auto& layer : expected) {
      for (std::string& path : layer)
        if (new_names.contains(path)) path = new_names[path];
      std::ranges::sort(layer);
    }
    BOOST_TEST((image::layers_of(closure_of(specs), limit) == expected));
  });
}

BOOST_AUTO_TEST_CASE(one_more_package_in_the_environment_moves_few_layers) {
  std::size_t kept = 0;
  std::size_t all = 0;
  for_random_closures([&](auto specs, std::size_t limit, std::mt19937& random) {
    if (specs.size() < 100 || limit < 20) return;
    const Layers before = image::layers_of(closure_of(specs), limit);
    const std::size_t added = specs.size();
    const std::size_t needed = 1 + random() % (added - 1);
    specs.push_back({.path = "/nix/store/new-tool", .nar_size = 100'000, .references = {needed}});
    specs[0].references.push_back(added);
    const Layers after = image::layers_of(closure_of(specs), limit);
    const std::set<std::vector<std::string>> present(after.begin(), after.end());
    all += before.size();
    for (const auto& layer : before)
      kept += present.contains(layer) ? 1U : 0U;
  });
  BOOST_TEST_REQUIRE(all > 0U);
  BOOST_TEST(static_cast<double>(kept) / static_cast<double>(all) > 0.85);
}

BOOST_AUTO_TEST_CASE(large_and_widely_used_paths_stay_alone) {
  std::vector<PathSpec> specs{{.path = "/nix/store/0-root"}, {.path = "/nix/store/1-libc"}};
  specs[1].nar_size = 30'000'000;
  for (std::size_t i = 2; i < 60; ++i)
    specs.push_back(
        {.path = format("/nix/store/{}-small", i), .nar_size = 2000, .references = {1}});
  specs[30].nar_size = 400'000'000;
  for (std::size_t i = 1; i < 60; ++i)
    specs[0].references.push_back(i);
  const Layers layers = image::layers_of(closure_of(specs), 10);
  BOOST_TEST(layers.front() == std::vector{specs[1].path}, boost::test_tools::per_element());
  BOOST_TEST(std::ranges::count(layers, std::vector{specs[30].path}) == 1);
  BOOST_TEST(layers.back() == std::vector{specs[0].path}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(equal_paths_are_spread_evenly) {
  std::vector<PathSpec> specs{{.path = "/nix/store/0-root"}};
  for (std::size_t i = 1; i <= 640; ++i) {
    specs.push_back({.path = format("/nix/store/{:03}-equal", i), .nar_size = 1'000'000});
    specs[0].references.push_back(i);
  }
  for (const auto& layer : image::layers_of(closure_of(specs), 65))
    BOOST_TEST(layer.size() <= 16U);
}

BOOST_AUTO_TEST_CASE(nothing_and_one_path_are_closures_too) {
  BOOST_TEST(image::layers_of({}, 5).empty());
  const Layers one = image::layers_of(closure_of({{.path = "/nix/store/a-b"}}), 5);
  BOOST_TEST_REQUIRE(one.size() == 1U);
  BOOST_TEST(one[0] == std::vector<std::string>{"/nix/store/a-b"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(cycle_loses_nothing) {
  const auto specs = std::vector<PathSpec>{{.path = "/nix/store/a-a", .references = {1}},
                                           {.path = "/nix/store/b-b", .references = {2}},
                                           {.path = "/nix/store/c-c", .references = {1}}};
  std::size_t count = 0;
  for (const auto& layer : image::layers_of(closure_of(specs), 2))
    count += layer.size();
  BOOST_TEST(count == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
