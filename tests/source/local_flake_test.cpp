#include "source/local_flake.hpp"
#include "source_files.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using source::LocalFlake;

namespace {

struct Fixture : tests::SourceFiles {
  // "git <root> <subfolder>", relative to the folder of the test.
  [[nodiscard]] std::string told(const std::string& reference,
                                 const std::string& folder = "") const {
    const auto flake = source::local_flake(reference, root / folder);
    if (!flake) return "elsewhere";
    return (flake->kind == LocalFlake::Kind::git ? "git " : "folder ") +
           flake->root.lexically_relative(root).string() + " " + flake->subfolder +
           (flake->submodules ? " with submodules" : "");
  }
  [[nodiscard]] std::string complaint(const std::string& reference) const {
    try {
      return told(reference);
    } catch (const Error& error) {
      return error.message();
    }
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(local_flake, Fixture)

BOOST_AUTO_TEST_CASE(flakes_elsewhere) {
  for (const char* reference : {"github:a/b", "nixpkgs", "git+https://x/y", "nixpkgs/release"})
    BOOST_TEST(told(reference) == "elsewhere");
}

BOOST_AUTO_TEST_CASE(a_path_in_a_work_tree_is_the_work_tree) {
  put("repo/.git/HEAD");
  put("repo/flake.nix");
  put("repo/sub/flake.nix");
  put("repo/sub/deeper/file");
  BOOST_TEST(told(".", "repo") == "git repo ");
  BOOST_TEST(told("./sub", "repo") == "git repo sub");
  BOOST_TEST(told(".", "repo/sub/deeper") == "git repo sub");
  BOOST_TEST(told((root / "repo").string()) == "git repo ");
  BOOST_TEST(told(".?dir=sub", "repo") == "git repo sub");
  BOOST_TEST(told(".?submodules=1", "repo") == "git repo  with submodules");
}

BOOST_AUTO_TEST_CASE(around_a_folder_is_its_work_tree_or_itself) {
  put("repo/.git/HEAD");
  put("repo/sub/default.nix");
  put("plain/default.nix");
  const LocalFlake tree = source::tree_around(root / "repo/sub");
  BOOST_TEST((tree.kind == LocalFlake::Kind::git && tree.root == root / "repo"));
  const LocalFlake folder = source::tree_around(root / "plain");
  BOOST_TEST((folder.kind == LocalFlake::Kind::folder && folder.root == root / "plain"));
  BOOST_CHECK_THROW((void)source::tree_around(root / "gone"), Error);
}

BOOST_AUTO_TEST_CASE(a_path_elsewhere_is_a_folder) {
  put("plain/flake.nix");
  put("plain/sub/file");
  BOOST_TEST(told("./plain") == "folder plain ");
  BOOST_TEST(told(".", "plain/sub") == "folder plain ");
}

BOOST_AUTO_TEST_CASE(schemes_mean_what_they_say) {
  put("repo/.git/HEAD");
  put("repo/a b/flake.nix");
  BOOST_TEST(told("path:./repo") == "folder repo ");
  BOOST_TEST(told("path:" + (root / "repo").string() + "?dir=a%20b") == "folder repo a b");
  BOOST_TEST(told("git+file://" + (root / "repo").string() + "?dir=a%20b&submodules=1") ==
             "git repo a b with submodules");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_meant) {
  put("repo/.git/HEAD");
  put("repo/flake.nix");
  BOOST_TEST(complaint("./nothing").find("there is no folder") != std::string::npos);
  put("empty/file");
  BOOST_TEST(complaint("./empty").find("there is no flake.nix") != std::string::npos);
  BOOST_TEST(complaint("path:./repo?dir=../other").find("outside") != std::string::npos);
  BOOST_TEST(complaint("path:./repo%").find("bad '%'") != std::string::npos);
  BOOST_TEST(complaint("path:./repo%00").find("bad '%'") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_reference_for_another_machine_asks_for_the_same) {
  put("repo/.git/HEAD");
  put("repo/flake.nix");
  put("repo/sub/flake.nix");
  put("what?/.git/HEAD");
  put("what?/sub/flake.nix");
  const std::string top = root.string();
  const auto reference = [&](const std::string& text, const std::string& folder) {
    return source::local_flake(text, root / folder)->reference;
  };
  BOOST_TEST(reference(".", "repo/sub") == top + "/repo/sub");
  BOOST_TEST(reference("..?dir=sub&submodules=1", "repo/sub") ==
             top + "/repo?dir=sub&submodules=1");
  BOOST_TEST(reference("path:./sub", "repo") == "path:" + top + "/repo/sub");
  BOOST_TEST(reference("git+file:.?rev=abc&dir=s%20t", "repo") ==
             "git+file://" + top + "/repo?dir=s%20t&rev=abc");
  BOOST_TEST(reference(".", "what?/sub") == "git+file://" + top + "/what%3F?dir=sub");
}

BOOST_AUTO_TEST_CASE(other_revisions_are_told) {
  put("repo/.git/HEAD");
  put("repo/flake.nix");
  for (const char* text : {".?rev=abc", "git+file:.?ref=main"})
    BOOST_TEST(source::local_flake(text, root / "repo")->other_revision);
  BOOST_TEST(!source::local_flake(".", root / "repo")->other_revision);
}

BOOST_AUTO_TEST_CASE(path_references_are_encoded) {
  BOOST_TEST(source::path_reference("/a b/c", {}) == "path:/a%20b/c");
  BOOST_TEST(source::path_reference("/x", {{"dir", "d&e"}, {"rev", "1"}}) ==
             "path:/x?dir=d%26e&rev=1");
}

BOOST_AUTO_TEST_SUITE_END()
