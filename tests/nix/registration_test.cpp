#include "nix/registration.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace nix = nixbuild::nix;

namespace {

const std::string hash_a(64, 'a');
const std::string hash_b(64, 'b');

const std::vector<std::string> two_paths{
    "/nix/store/bbb-user",
    hash_b,
    "440",
    "/nix/store/ddd-user.drv",
    "2",
    "/nix/store/aaa-used-1.0",
    "/nix/store/bbb-user",
    "/nix/store/aaa-used-1.0",
    hash_a,
    "216",
    "",
    "0",
};

nix::Closure read(const std::vector<std::string>& lines) {
  nix::RegistrationReader reader;
  for (const std::string& line : lines)
    reader.line(line);
  return std::move(reader).finish();
}

bool is_corrupt(const nixbuild::Error& error) {
  return error.kind() == nixbuild::ErrorKind::corrupt;
}

} // namespace

BOOST_AUTO_TEST_SUITE(registration)

BOOST_AUTO_TEST_CASE(paths_are_sorted_and_know_what_they_refer_to) {
  const nix::Closure closure = read(two_paths);
  BOOST_REQUIRE(closure.paths.size() == 2U);
  BOOST_TEST(closure.paths[0].path == "/nix/store/aaa-used-1.0");
  BOOST_TEST(closure.paths[0].nar_hash == hash_a);
  BOOST_TEST(closure.paths[0].nar_size == 216U);
  BOOST_TEST(closure.paths[0].deriver.empty());
  BOOST_TEST(closure.paths[0].references.empty());
  BOOST_TEST(closure.paths[1].path == "/nix/store/bbb-user");
  BOOST_TEST(closure.paths[1].deriver == "/nix/store/ddd-user.drv");
  BOOST_TEST(closure.paths[1].references == std::vector<std::size_t>{0}, // not itself
             boost::test_tools::per_element());
  BOOST_TEST(closure.paths[1].refers_to_itself);
  BOOST_TEST(!closure.paths[0].refers_to_itself);
}

BOOST_AUTO_TEST_CASE(what_is_written_can_be_read) {
  BOOST_TEST(nix::registration_text(read(two_paths)) ==
             "/nix/store/aaa-used-1.0\n" + hash_a + "\n216\n\n0\n" + "/nix/store/bbb-user\n" +
                 hash_b + "\n440\n\n2\n" + "/nix/store/bbb-user\n/nix/store/aaa-used-1.0\n");
}

BOOST_AUTO_TEST_CASE(nothing_described_is_an_empty_closure) {
  BOOST_TEST(read({}).paths.empty());
}

BOOST_AUTO_TEST_CASE(description_may_end_only_after_a_whole_path) {
  for (std::size_t count = 1; count < two_paths.size(); ++count) {
    const std::vector<std::string> cut(two_paths.begin(),
                                       two_paths.begin() + static_cast<long>(count));
    // After seven lines the first description is whole, but what it refers to is missing.
    BOOST_CHECK_EXCEPTION(read(cut), nixbuild::Error, is_corrupt);
  }
}

BOOST_AUTO_TEST_CASE(wrong_lines_are_refused) {
  const auto refused = [](std::size_t index, std::string text) {
    std::vector<std::string> lines = two_paths;
    lines[index] = std::move(text);
    BOOST_CHECK_EXCEPTION(read(lines), nixbuild::Error, is_corrupt);
  };
  refused(0, "not-absolute");
  refused(0, "/nix/store/without");
  refused(0, "/nix/store/-name");
  refused(0, "/nix/store/hash-");
  refused(0, "/nix/store/hash-" + std::string(5000, 'x'));
  refused(0, std::string("/nix/store/hash-a\0b", 19));
  refused(0, "/nix/store/aaa-used-1.0"); // then described twice
  refused(1, "short");
  refused(1, std::string(64, 'G'));
  refused(2, "-1");
  refused(2, "12x");
  refused(2, "");
  refused(2, "99999999999999999999999");
  refused(3, "deriver");
  refused(4, "1000001");
  refused(4, "x");
  refused(5, "/nix/store/ccc-unknown");
}

BOOST_AUTO_TEST_SUITE_END()
