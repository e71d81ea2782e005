#include "support/fact_file.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <thread>

namespace fs = std::filesystem;
using nixbuild::FactFile;
using nixbuild::TempDir;

namespace {

constexpr std::size_t limit = 4096;

struct Fixture {
  TempDir folder;
  fs::path file = folder.path() / "deep/er/facts";

  [[nodiscard]] FactFile facts() const { return {file, limit}; }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(fact_file, Fixture)

BOOST_AUTO_TEST_CASE(remembers_from_run_to_run) {
  facts().remember("a", "the value of a");
  BOOST_TEST(facts().find("a").value() == "the value of a");
  BOOST_TEST(!facts().find("b").has_value());
}

BOOST_AUTO_TEST_CASE(last_line_of_a_key_counts) {
  facts().remember("a", "1");
  facts().remember("a", "2");
  BOOST_TEST(facts().find("a").value() == "2");
  facts().forget("a");
  BOOST_TEST(!facts().find("a").has_value());
  facts().remember("a", "3");
  BOOST_TEST(facts().find("a").value() == "3");
}

BOOST_AUTO_TEST_CASE(every_damaged_byte_costs_at_most_the_fact) {
  facts().remember("a", "value");
  const std::string good = nixbuild::read_file(file);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string damaged = good;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << damaged;
    const auto found = facts().find("a");
    BOOST_TEST((!found || *found == "value"));
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_is_survived) {
  facts().remember("a", "value");
  const std::string good = nixbuild::read_file(file);
  for (std::size_t length = 0; length < good.size(); ++length) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << good.substr(0, length);
    BOOST_TEST(!facts().find("a").has_value());
  }
}

BOOST_AUTO_TEST_CASE(file_without_bound_starts_anew) {
  facts().remember("a", std::string(limit, 'x'));
  BOOST_TEST(facts().size() == 0U);
  BOOST_TEST(!fs::exists(file));
}

BOOST_AUTO_TEST_CASE(newest_are_kept) {
  FactFile some = facts();
  for (const std::string key : {"a", "b", "c"})
    some.remember(key, "1");
  some.remember("a", "2");
  const auto size = fs::file_size(file);
  const auto excess = some.prune(2, [](const std::string&) { return false; });
  BOOST_TEST(excess.facts == 1U);
  BOOST_TEST(excess.bytes == size / 2);
  BOOST_TEST(fs::file_size(file) == size); // until it is written anew
  some.rewrite();
  const FactFile kept = facts();
  BOOST_TEST(kept.size() == 2U);
  BOOST_TEST(kept.find("a").value() == "2");
  BOOST_TEST(!kept.find("b").has_value());
  BOOST_TEST(kept.find("c").value() == "1");
}

BOOST_AUTO_TEST_CASE(useless_facts_are_dropped) {
  FactFile some = facts();
  some.remember("a", "good");
  some.remember("b", "bad");
  BOOST_TEST(some.prune(9, [](const std::string& value) { return value == "bad"; }).facts == 1U);
  some.rewrite();
  BOOST_TEST(facts().find("a").value() == "good");
  BOOST_TEST(!facts().find("b").has_value());
  BOOST_TEST(some.prune(0, [](const std::string&) { return false; }).facts == 1U);
  some.rewrite();
  BOOST_TEST(!fs::exists(file));
}

BOOST_AUTO_TEST_CASE(nothing_to_prune) {
  FactFile some = facts();
  const auto excess = some.prune(0, [](const std::string&) { return true; });
  BOOST_TEST(excess.facts == 0U);
  BOOST_TEST(excess.bytes == 0U);
}

BOOST_AUTO_TEST_CASE(file_that_cannot_be_written_only_forgets) {
  FactFile facts("/proc/none/facts", limit);
  facts.remember("a", "1");
  BOOST_TEST(facts.find("a").value() == "1");
}

BOOST_AUTO_TEST_CASE(concurrent_writers_lose_nothing) {
  const auto fill = [&](int first) {
    FactFile some(file, 1U << 20U);
    for (int i = first; i < first + 100; ++i)
      some.remember(std::to_string(i), "value");
  };
  std::thread other(fill, 100);
  fill(0);
  other.join();
  BOOST_TEST(FactFile(file, 1U << 20U).size() == 200U);
}

BOOST_AUTO_TEST_SUITE_END()
