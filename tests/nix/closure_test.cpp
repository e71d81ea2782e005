#include "fakes/fake_runner.hpp"
#include "nix/closure.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace nix = nixbuild::nix;
using nixbuild::fakes::FakeRunner;
using nixbuild::fakes::Reply;

namespace {

const std::string root = "/nix/store/bbb-root";
const std::string leaf = "/nix/store/aaa-leaf";
const std::string hash(64, '0');

std::string described(const std::string& path, const std::vector<std::string>& references) {
  std::string text = nixbuild::format("{}\n{}\n100\n\n{}\n", path, hash, references.size());
  for (const std::string& reference : references)
    text += reference + "\n";
  return text;
}

std::size_t argument_bytes(const nixbuild::process::Command& command) {
  std::size_t bytes = 0;
  for (const std::string& word : command.argv)
    bytes += word.size() + 1;
  return bytes;
}

} // namespace

BOOST_AUTO_TEST_SUITE(closure)

BOOST_AUTO_TEST_CASE(two_questions_tell_everything) {
  FakeRunner runner;
  runner.on({"--requisites", root}, Reply{.out = leaf + "\n" + root + "\n"});
  runner.on({"--dump-db", leaf, root}, Reply{.out = described(leaf, {}) + described(root, {leaf})});
  const nix::Closure closure = nix::query_closure(runner, "/bin/nix-store", {root}, {});
  BOOST_REQUIRE(closure.paths.size() == 2U);
  BOOST_TEST(closure.paths[1].path == root);
  BOOST_TEST(closure.paths[1].references == std::vector<std::size_t>{0},
             boost::test_tools::per_element());
  BOOST_TEST(closure.roots == std::vector<std::size_t>{1}, boost::test_tools::per_element());
  BOOST_REQUIRE(runner.started.size() == 2U);
  BOOST_TEST(runner.started[0].argv[0] == "/bin/nix-store");
}

BOOST_AUTO_TEST_CASE(command_lines_stay_short_however_many_paths_there_are) {
  std::string all;
  std::vector<Reply> answers(2);
  std::vector<std::string> paths;
  for (int i = 0; i < 2000; ++i) {
    const std::string path = nixbuild::format("/nix/store/{:032}-{:040}", i, i);
    all += path + "\n";
    paths.push_back(path);
  }
  FakeRunner runner;
  runner.on({"--requisites"}, Reply{.out = all});
  const std::size_t first_batch = 1142; // of 81 + 8 + 1 bytes each
  for (std::size_t i = 0; i < paths.size(); ++i)
    answers[i < first_batch ? 0 : 1].out += described(paths[i], {});
  runner.on({"--dump-db"}, answers);
  const nix::Closure closure = nix::query_closure(runner, "nix-store", {paths[7]}, {});
  BOOST_TEST(closure.paths.size() == paths.size());
  BOOST_TEST(closure.paths[closure.roots.at(0)].path == paths[7]);
  BOOST_REQUIRE(runner.started.size() == 3U);
  for (const auto& command : runner.started)
    BOOST_TEST(argument_bytes(command) < std::size_t{120} << 10U);
}

BOOST_AUTO_TEST_CASE(invalid_path_is_told_in_nix_own_words) {
  FakeRunner runner;
  runner.on({"--requisites"}, nixbuild::fakes::failing("error: path '" + root + "' is not valid"));
  BOOST_CHECK_EXCEPTION((void)nix::query_closure(runner, "nix-store", {root}, {}), nixbuild::Error,
                        [](const nixbuild::Error& error) {
                          return error.kind() == nixbuild::ErrorKind::failed &&
                                 error.message().find(root) != std::string::npos &&
                                 error.detail() == "error: path '" + root + "' is not valid\n";
                        });
}

BOOST_AUTO_TEST_CASE(root_that_is_left_out_is_noticed) {
  FakeRunner runner;
  runner.on({"--requisites"}, Reply{.out = leaf + "\n"});
  runner.on({"--dump-db"}, Reply{.out = described(leaf, {})});
  BOOST_CHECK_EXCEPTION(
      (void)nix::query_closure(runner, "nix-store", {root}, {}), nixbuild::Error,
      [](const auto& error) { return error.kind() == nixbuild::ErrorKind::corrupt; });
}

BOOST_AUTO_TEST_CASE(no_roots_need_no_nix) {
  FakeRunner runner;
  BOOST_TEST(nix::query_closure(runner, "nix-store", {}, {}).paths.empty());
  BOOST_TEST(runner.started.empty());
}

BOOST_AUTO_TEST_CASE(names_of_store_paths_are_taken_apart) {
  BOOST_TEST(nix::store_hash("/nix/store/abc-hello-2.12") == "abc");
  BOOST_TEST(nix::store_name("/nix/store/abc-hello-2.12") == "hello-2.12");
  BOOST_TEST(nix::store_name("/nix/store/abc") == "");
}

BOOST_AUTO_TEST_SUITE_END()
