#include "fakes/memory_stream.hpp"
#include "source/exchange.hpp"
#include "source_files.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/test/unit_test.hpp>

#include <iterator>
#include <span>

using namespace nixbuild;
using source::LocalFlake;
using source::SourceCache;
using source::SourceOffer;
namespace fs = std::filesystem;

namespace {

class CountingSink final : public archive::Sink {
public:
  CountingSink(archive::Sink& to, std::size_t& bytes) : to_(to), bytes_(bytes) {}
  void write(std::span<const std::byte> data) override {
    bytes_ += data.size();
    to_.write(data);
  }

private:
  archive::Sink& to_;
  std::size_t& bytes_;
};

struct Fixture {
  tests::SourceFiles here;
  tests::SourceFiles there;
  std::unique_ptr<process::Runner> runner = process::system_runner();
  SourceCache cache{there.root / "sources"};
  SourceOffer offer{*runner, {}};
  std::vector<std::string> questions;
  std::size_t bytes = 0; // of answers and data

  source::Ask ask = [this](const std::string& question, archive::Sink& data) {
    questions.push_back(question);
    CountingSink counted{data, bytes};
    std::string answer = offer.answer(question, counted);
    bytes += answer.size();
    return answer;
  };
  [[nodiscard]] std::size_t offer_all() {
    return offer.add({.kind = LocalFlake::Kind::folder, .root = here.root, .reference = {}});
  }
  [[nodiscard]] fs::path fetch(std::size_t index) {
    return fetch_source(index, source::ask_for_trees({index}, ask).at(0).list, cache, ask);
  }
};

auto is_corrupt(std::string word) {
  return [=](const Error& error) {
    return error.kind() == ErrorKind::corrupt && error.message().find(word) != std::string::npos;
  };
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(exchange, Fixture)

BOOST_AUTO_TEST_CASE(a_tree_arrives_and_then_costs_one_question) {
  here.put("flake.nix", "{}");
  here.put("sub/file", std::string(300'000, 'x'));
  here.put("sub/empty");
  fs::create_symlink("flake.nix", here.root / "link");
  const fs::path tree = fetch(offer_all());
  BOOST_TEST(questions.size() == 4U);
  BOOST_TEST(read_file(tree / "sub/file") == std::string(300'000, 'x'));
  BOOST_TEST(read_file(tree / "sub/empty").empty());
  BOOST_TEST(fs::read_symlink(tree / "link") == "flake.nix");
  BOOST_TEST(fetch(offer_all()) == tree);
  BOOST_TEST(questions.size() == 5U);
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

BOOST_AUTO_TEST_CASE(a_change_of_a_large_tree_costs_little_beside_the_file) {
  constexpr int files = 5000;
  for (int number = 0; number < files; ++number)
    here.put(format("folder-{}/a-file-with-a-usual-name-{}.txt", number % 100, number),
             format("content {}", number));
  (void)fetch(offer_all());
  const std::string changed(10'000, 'c');
  here.put("folder-7/a-file-with-a-usual-name-7.txt", changed);
  bytes = 0;
  (void)fetch(offer_all());
  BOOST_TEST(bytes > changed.size());
  BOOST_TEST(bytes < changed.size() + (std::size_t{48} << 10U));
  bytes = 0;
  (void)fetch(offer_all());
  BOOST_TEST(bytes < 200U);
}

BOOST_AUTO_TEST_CASE(a_file_that_changes_meanwhile_is_noticed) {
  here.put("a", "before");
  const std::size_t index = offer_all();
  const oci::Digest list = source::ask_for_trees({index}, ask).at(0).list;
  here.put("a", "BEFORE");
  BOOST_CHECK_EXCEPTION((void)fetch_source(index, list, cache, ask), Error,
                        is_corrupt("a changed while it was sent"));
  here.put("a", "b");
  BOOST_CHECK_EXCEPTION((void)fetch_source(index, list, cache, ask), Error,
                        is_corrupt("changed while it was sent"));
}

BOOST_AUTO_TEST_CASE(nothing_else_can_be_asked_for) {
  here.put("a", "a");
  (void)source::ask_for_trees({offer_all()}, ask);
  fakes::MemorySink sink;
  for (const char* question :
       {"", "send 1", "send x", "list", "list 1", "list x", "pieces 0 1", "pieces 1 0",
        "contents 0 1", "contents 0 -1", "contents 0 /etc/passwd", "secrets 0"})
    BOOST_CHECK_THROW((void)offer.answer(question, sink), Error);
  BOOST_TEST(sink.text.empty());
}

BOOST_AUTO_TEST_CASE(another_tree_than_announced_is_refused) {
  here.put("a", "a");
  const std::size_t index = offer_all();
  const oci::Digest list = source::ask_for_trees({index}, ask).at(0).list;
  const auto lie = [&](const std::string& question, archive::Sink& data) {
    return offer.answer(question, data) + '\0';
  };
  BOOST_CHECK_EXCEPTION((void)fetch_source(index, list, cache, lie), Error,
                        is_corrupt("not the one that was announced"));
}

BOOST_AUTO_TEST_CASE(announcements_must_be_as_many_as_were_asked_for) {
  here.put("a", "a");
  const std::size_t index = offer_all();
  BOOST_TEST(source::ask_for_trees({}, ask).empty());
  for (const char* answer : {"", "x clean 1 - -\n", "sha256 clean\n"}) {
    const auto lie = [&](const std::string&, archive::Sink&) { return std::string(answer); };
    BOOST_CHECK_THROW((void)source::ask_for_trees({index}, lie), Error);
  }
}

BOOST_AUTO_TEST_CASE(marks_are_gone_before_anything_is_read) {
  here.put("flake.nix", "{}");
  const std::size_t index = offer_all();
  BOOST_REQUIRE(offer.mark(index).has_value());
  BOOST_TEST(fs::exists(*offer.mark(index)));
  const fs::path tree = fetch(index);
  BOOST_TEST(!offer.mark(index).has_value());
  const auto count = [](const fs::path& folder) {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
  };
  BOOST_TEST(count(here.root) == 1);
  BOOST_TEST(count(tree) == 1);
}

BOOST_AUTO_TEST_CASE(submodules_are_sent_when_the_flake_declares_them) {
  const auto git = [&](const fs::path& folder, std::vector<std::string> words) {
    process::Command command{.argv = {"git", "-C", folder.string(), "-c", "user.name=T", "-c",
                                      "user.email=t@e.org", "-c", "protocol.file.allow=always"}};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    const auto done = process::capture(*runner, command, {});
    BOOST_REQUIRE_MESSAGE(done.status.success(), done.err);
  };
  here.put("part/file", "of a part");
  here.put("whole/flake.nix", "{ }");
  for (const char* name : {"part", "whole"}) {
    git(here.root / name, {"init", "-q"});
    git(here.root / name, {"add", "."});
    git(here.root / name, {"commit", "-q", "-m", "A commit"});
  }
  git(here.root / "whole", {"submodule", "--quiet", "add", (here.root / "part").string(), "sub"});
  const auto offer_whole = [&] {
    return offer.add({.kind = LocalFlake::Kind::git, .root = here.root / "whole"});
  };
  BOOST_TEST(!fs::exists(fetch(offer_whole()) / "sub"));
  here.put("whole/flake.nix", "{ inputs.self.submodules = true; }");
  BOOST_TEST(read_file(fetch(offer_whole()) / "sub/file") == "of a part");
}

BOOST_AUTO_TEST_CASE(another_revision_cannot_be_sent) {
  const std::size_t index = offer.add({.kind = LocalFlake::Kind::git,
                                       .root = here.root,
                                       .other_revision = true,
                                       .reference = "git+file:///x?rev=1"});
  BOOST_CHECK_EXCEPTION((void)source::ask_for_trees({index}, ask), Error, [](const Error& error) {
    return error.kind() == ErrorKind::invalid_input &&
           error.message().find("names a revision") != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()
