#include "process/runner.hpp"
#include "support/files.hpp"
#include "vm/edits.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace nixbuild;
using namespace nixbuild::vm;
namespace fs = std::filesystem;

namespace {

// The scripts themselves, with a folder of the test's own in place of our_folder.
struct Fixture {
  TempDir folder;
  fs::path etc = folder.path() / "etc";
  std::string conf = (etc / "nix.conf").string();
  fs::path ours = folder.path() / "ours";
  std::unique_ptr<process::Runner> runner = process::system_runner();

  void run(Words argv) const {
    const std::string from = our_folder;
    for (std::string& word : argv)
      for (std::size_t at = 0; (at = word.find(from, at)) != std::string::npos;)
        word.replace(at, from.size(), ours.string());
    const auto ended = process::capture(*runner, {.argv = std::move(argv)}, CancelToken());
    BOOST_TEST_REQUIRE(ended.status.success(), ended.err);
    BOOST_TEST(ended.out + ended.err == "");
  }
  void make_conf(const std::string& text) const {
    fs::create_directories(etc);
    write_file_atomically(conf, text);
    fs::permissions(conf, fs::perms::owner_read | fs::perms::owner_write);
  }
  [[nodiscard]] bool is_empty(const fs::path& place) const { return fs::is_empty(place); }
};

const std::string line = "!include docker-nixbuild.conf";

} // namespace

BOOST_FIXTURE_TEST_SUITE(edits, Fixture)

BOOST_AUTO_TEST_CASE(new_file_comes_and_goes_with_its_folder) {
  const std::string text = "a = 'b' \"c\" $d `e` \\n %s\n\n";
  run(vm::write_file(conf, text, "600"));
  BOOST_TEST(read_file(conf) == text);
  BOOST_CHECK(fs::status(conf).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  BOOST_TEST(read_file(ours / "journal") == "made " + etc.string() + "\n");
  run(restore_file(conf));
  BOOST_TEST(is_empty(etc));
  run(forget({etc.string()}));
  BOOST_TEST(is_empty(folder.path()));
}

BOOST_AUTO_TEST_CASE(line_comes_once_and_goes_to_the_byte) {
  for (const std::string text : {"cores = 1", "cores = 1\n", "", "\n\n"}) {
    make_conf(text);
    const auto time = fs::last_write_time(conf);
    run(add_line(conf, line));
    run(add_line(conf, line));
    BOOST_TEST(read_file(conf) == text + "\n" + line + "\n");
    BOOST_CHECK((fs::status(conf).permissions() & fs::perms::others_read) == fs::perms::none);
    run(restore_file(conf, line));
    BOOST_TEST(read_file(conf) == text);
    BOOST_CHECK(fs::last_write_time(conf) == time);
  }
}

BOOST_AUTO_TEST_CASE(second_write_does_not_lose_what_was_first) {
  make_conf("theirs\n");
  run(vm::write_file(conf, "one\n"));
  run(vm::write_file(conf, "two\n"));
  BOOST_TEST(read_file(conf) == "two\n");
  run(restore_file(conf));
  BOOST_TEST(read_file(conf) == "theirs\n");
}

BOOST_AUTO_TEST_CASE(what_others_have_added_stays) {
  make_conf("theirs\n");
  run(add_line(conf, line));
  write_file_atomically(conf, read_file(conf) + "later\n");
  run(restore_file(conf, line));
  BOOST_TEST(read_file(conf) == "theirs\n\nlater\n");
}

BOOST_AUTO_TEST_CASE(link_stays_a_link) {
  make_conf("theirs\n");
  const fs::path link = etc / "link.conf";
  fs::create_symlink("nix.conf", link);
  run(vm::write_file(link.string(), "ours\n"));
  BOOST_TEST(read_file(conf) == "theirs\n");
  run(restore_file(link.string()));
  BOOST_TEST(fs::read_symlink(link) == "nix.conf");
}

BOOST_AUTO_TEST_CASE(interrupted_edit_is_taken_back) {
  make_conf("theirs\n");
  run(add_line(conf, line));
  fs::remove(conf); // removed by others
  run(restore_file(conf, line));
  BOOST_TEST(read_file(conf) == "theirs\n");
}

BOOST_AUTO_TEST_CASE(journal_is_written_before_the_deed_and_once) {
  const std::string mark = (folder.path() / "mark").string();
  const Words deed{"sh", "-c", "cp \"$0\" \"$1\"", (ours / "journal").string(), mark};
  run(journaled("done it", deed));
  run(journaled("done it", deed));
  BOOST_TEST(read_file(mark) == "done it\n");
}

BOOST_AUTO_TEST_SUITE_END()
