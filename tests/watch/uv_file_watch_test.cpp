#include "support/error.hpp"
#include "support/files.hpp"
#include "watch/uv_file_watch.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <thread>

using namespace nixbuild;
namespace fs = std::filesystem;

// Each test makes its changes before it waits: events are kept for the waiter, so none needs a
// second thread or luck.
namespace {

using Paths = std::set<fs::path>;

struct Fixture {
  TempDir directory;
  fs::path root = fs::canonical(directory.path());

  void put(const fs::path& name, const std::string& content = "") const {
    std::ofstream(root / name, std::ios::binary) << content;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(uv_file_watch, Fixture)

BOOST_AUTO_TEST_CASE(a_change_is_told_once) {
  put("file");
  const auto watch = watch::uv_file_watch({{root, {"file", "other"}}});
  put("file", "new");
  BOOST_TEST((watch->wait({}) == Paths{root / "file"}));
  put("other");
  BOOST_TEST((watch->wait({}) == Paths{root / "other"}));
}

BOOST_AUTO_TEST_CASE(what_does_not_matter_wakes_nobody) {
  put("file");
  const auto watch = watch::uv_file_watch({{root, {"file"}}});
  put("ignored", "new");
  put("file", "new");
  BOOST_TEST((watch->wait({}) == Paths{root / "file"}));
}

BOOST_AUTO_TEST_CASE(a_file_that_another_takes_the_place_of) {
  put("file");
  const auto watch = watch::uv_file_watch({{root, {"file"}}});
  put("file~", "new");
  fs::rename(root / "file~", root / "file");
  BOOST_TEST((watch->wait({}) == Paths{root / "file"}));
  // It is the name that is watched, and not the file that had it.
  put("file", "newer");
  BOOST_TEST((watch->wait({}) == Paths{root / "file"}));
  fs::remove(root / "file");
  BOOST_TEST((watch->wait({}) == Paths{root / "file"}));
}

BOOST_AUTO_TEST_CASE(changes_that_come_together_are_one) {
  const auto watch = watch::uv_file_watch({{root, {}}});
  for (const char* name : {"a", "b", "c"})
    put(name);
  BOOST_TEST((watch->wait({}) == Paths{root / "a", root / "b", root / "c"}));
}

BOOST_AUTO_TEST_CASE(a_new_folder_is_told_by_its_parent_and_then_watched_itself) {
  auto watch = watch::uv_file_watch({{root, {}}});
  fs::create_directory(root / "new");
  BOOST_TEST((watch->wait({}) == Paths{root / "new"}));
  watch = watch::uv_file_watch({{root, {}}, {root / "new", {}}});
  put("new/file");
  BOOST_TEST((watch->wait({}) == Paths{root / "new/file"}));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there_is_left_out) {
  put("file");
  const auto watch =
      watch::uv_file_watch({{root, {"gone"}}, {root / "gone", {}}, {root / "file", {}}});
  fs::create_directory(root / "gone");
  BOOST_TEST((watch->wait({}) == Paths{root / "gone"}));
}

BOOST_AUTO_TEST_CASE(waiting_ends_when_it_is_cancelled) {
  const auto watch = watch::uv_file_watch({{root, {"file"}}});
  const CancelSource source;
  std::thread other([&] { source.raise(CancelLevel::graceful); });
  const auto is_cancelled = [](const Error& error) { return error.kind() == ErrorKind::cancelled; };
  BOOST_CHECK_EXCEPTION((void)watch->wait(source.token()), Error, is_cancelled);
  other.join();
  BOOST_CHECK_EXCEPTION((void)watch->wait(source.token()), Error, is_cancelled);
  // It goes on for another waiter.
  put("file");
  BOOST_TEST((watch->wait({}) == Paths{root / "file"}));
}

BOOST_AUTO_TEST_SUITE_END()
