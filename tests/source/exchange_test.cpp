#include "fakes/memory_stream.hpp"
#include "source/exchange.hpp"
#include "source_files.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using source::LocalFlake;
using source::SourceCache;
using source::SourceOffer;
namespace fs = std::filesystem;

namespace {

struct Fixture {
  tests::SourceFiles here;
  tests::SourceFiles there;
  std::unique_ptr<process::Runner> runner = process::system_runner();
  SourceCache cache{there.root / "sources"};
  SourceOffer offer;
  std::vector<std::string> questions;

  std::size_t offer_all() {
    LocalFlake flake{.kind = LocalFlake::Kind::folder, .root = here.root, .subfolder = {}};
    const auto tree = read_source_tree(flake, *runner, {});
    return offer.add(std::move(flake), tree);
  }
  fs::path fetch(std::size_t index) {
    return fetch_source(index, offer.manifest_digest(index), cache,
                        [this](const std::string& question, archive::Sink& data) {
                          questions.push_back(question);
                          return offer.answer(question, data);
                        });
  }
};

auto is_corrupt(std::string word) {
  return [=](const Error& error) {
    return error.kind() == ErrorKind::corrupt && error.message().find(word) != std::string::npos;
  };
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(exchange, Fixture)

BOOST_AUTO_TEST_CASE(a_tree_arrives_and_then_costs_no_question) {
  here.put("flake.nix", "{}");
  here.put("sub/file", std::string(300'000, 'x'));
  here.put("sub/empty");
  fs::create_symlink("flake.nix", here.root / "link");
  const std::size_t index = offer_all();
  const fs::path tree = fetch(index);
  BOOST_TEST(questions.size() == 2U);
  BOOST_TEST(read_file(tree / "sub/file") == std::string(300'000, 'x'));
  BOOST_TEST(read_file(tree / "sub/empty").empty());
  BOOST_TEST(fs::read_symlink(tree / "link") == "flake.nix");
  BOOST_TEST(fetch(index) == tree);
  BOOST_TEST(questions.size() == 2U);
}

BOOST_AUTO_TEST_CASE(of_an_edited_tree_only_the_change_is_asked_for) {
  here.put("a", "a");
  here.put("b", "b");
  (void)fetch(offer_all());
  here.put("b", "edited");
  const fs::path tree = fetch(offer_all());
  BOOST_TEST(questions.back() == "contents 1 1");
  BOOST_TEST(read_file(tree / "a") == "a");
  BOOST_TEST(read_file(tree / "b") == "edited");
}

BOOST_AUTO_TEST_CASE(a_file_that_changes_meanwhile_is_noticed) {
  here.put("a", "before");
  const std::size_t index = offer_all();
  here.put("a", "BEFORE");
  BOOST_CHECK_EXCEPTION((void)fetch(index), Error, is_corrupt("a changed while it was sent"));
  here.put("a", "b");
  BOOST_CHECK_EXCEPTION((void)fetch(index), Error, is_corrupt("changed while it was sent"));
}

BOOST_AUTO_TEST_CASE(nothing_else_can_be_asked_for) {
  here.put("a", "a");
  (void)offer_all();
  fakes::MemorySink sink;
  for (const char* question : {"", "manifest", "manifest 1", "manifest x", "contents 0 1",
                               "contents 0 -1", "contents 0 /etc/passwd", "secrets 0"})
    BOOST_CHECK_THROW((void)offer.answer(question, sink), Error);
  BOOST_TEST(sink.text.empty());
}

BOOST_AUTO_TEST_CASE(another_tree_than_announced_is_refused) {
  here.put("a", "a");
  const std::size_t index = offer_all();
  const auto lie = [&](const std::string& question, archive::Sink& data) {
    return offer.answer(question, data) + '\0';
  };
  BOOST_CHECK_EXCEPTION((void)fetch_source(index, offer.manifest_digest(index), cache, lie), Error,
                        is_corrupt("not the one that was announced"));
}

BOOST_AUTO_TEST_SUITE_END()
