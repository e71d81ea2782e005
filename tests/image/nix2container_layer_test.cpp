#include "digest_sink.hpp"
#include "image/nix2container_layer.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "vector_tree.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <ostream>

namespace fs = std::filesystem;
using nixbuild::Error;
using nixbuild::ErrorKind;
using nixbuild::image::Nix2ContainerPath;
using nixbuild::tests::DigestSink;
using nixbuild::tests::VectorTree;

namespace {

const std::string p1 = "/tmp/vec/p1";
const std::string p2 = "/tmp/vec/p2";

Nix2ContainerPath stays(std::string path) {
  return {.path = std::move(path), .rewrite_regex = {}, .rewrite_replacement = {}};
}

Nix2ContainerPath moves(std::string path, std::string regex, std::string replacement) {
  return {.path = std::move(path),
          .rewrite_regex = std::move(regex),
          .rewrite_replacement = std::move(replacement)};
}

Nix2ContainerPath with_permissions(std::string path) {
  Nix2ContainerPath result = stays(std::move(path));
  result.permissions = {
      {.regex = ".*", .mode = "0640", .uid = 1000, .gid = 100, .uname = {}, .gname = "users"},
      {.regex = "/bin/", .mode = {}, .uid = 7, .gid = 0, .uname = "tool", .gname = {}},
      {.regex = "run$", .mode = " 0755x", .uid = 2097152, .gid = 0, .uname = {}, .gname = {}}};
  return result;
}

struct Vector {
  const char* what;
  bool with_invalid_utf8 = true;
  std::vector<Nix2ContainerPath> paths;
  std::uint64_t size;
  std::string digest;
};

std::ostream& operator<<(std::ostream& out, const Vector& vector) {
  return out << vector.what;
}

// What nix2container (20d3395, built with Go 1.19) writes for the same paths.
const std::vector<Vector> vectors{
    {"as they are",
     true,
     {stays(p1), stays(p2)},
     24064,
     "b588fc38890db8b405bd0105be69694cb4d49536db2e4b5c4fe1657da3384838"},
    {"all names are UTF-8",
     false,
     {stays(p1), stays(p2)},
     22016,
     "810d60d483d01726360e01ce2083100b198b8822ea82d816682a460f11c40dda"},
    {"one at the root",
     true,
     {moves(p1, "^/tmp/vec/p1", ""), stays(p2)},
     23552,
     "6ee5e1d2f473dfe4494e9b96c17f26fcd0bc80423f2cd8896e5e49fa0d7ee331"},
    {"both at the root",
     true,
     {moves(p1, "^/tmp/vec/p1", ""), moves(p2, "^/tmp/vec/p2", "")},
     22016,
     "9843afec59553cc1e820d42cc0865a55d1d54737e40ef31235af88c5280c44d7"},
    {"groups of the expression",
     true,
     {moves(p1, "^/tmp/(vec)/p1/(?P<rest>.*)$", "/opt/${1}x/$rest/$2y$$")},
     34816,
     "faa77c711d28abcc3a7c50b8c5cdcbd8fa45481eacb4cdb39e68ad085e6699cf"},
    {"permissions",
     true,
     {with_permissions(p1), stays(p2)},
     25088,
     "09f14fe41f652ae46c7d0288aa08e4d46c0f6bdd40edfcdaff7a0e3500d73b95"},
    {"later file wins",
     true,
     {stays(p2), moves(p1, "^/tmp/vec/p1/a/z$", "/tmp/vec/p2/x")},
     23040,
     "263efd31ce0470b759a86b0889811b43529175115a719898e7a30f94896d5b12"},
    {"relative destination",
     true,
     {moves(p2, "^/tmp/vec/p2", "./sub//dir")},
     3072,
     "9e3035e8f02cd76ea4500d8ac18a26cf44050555d46054dc6199de6ade9d6dc5"},
    {"destination is the root itself",
     true,
     {moves(p2, "^/tmp/vec/p2", "/")},
     2560,
     "0de0df1c1d9a118adb5109fb61e5e17cfc80531ce8c5a0f820554cc8a7251a23"},
    {"relative destination that is the root",
     true,
     {moves(p2, "^/tmp/vec/p2", "./")},
     2560,
     "b1fffd3111ff2d3bcf287458e1a74bb05f50e7be27186b8135630c200f84a36a"},
};

constexpr auto read_all = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
constexpr auto exec_all = fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;

// A store of two paths, a and b, whose files the test chooses.
class TwoPaths {
public:
  void put(const std::string& file, const std::string& content, fs::perms mode = read_all) {
    const fs::path path = directory_.path() / file;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << content;
    fs::permissions(path, mode);
  }
  [[nodiscard]] fs::path path() const { return directory_.path(); }

  // Writes the layer of both paths with everything at the root.
  std::string write() const {
    DigestSink sink;
    nixbuild::image::nix2container_layer({moves("/s/a", "^/s/a", ""), moves("/s/b", "^/s/b", "")},
                                         directory_.path().string())
        ->write_to(sink, {});
    return sink.digest();
  }

private:
  nixbuild::TempDir directory_;
};

auto fails_with(ErrorKind kind, const std::vector<std::string>& words) {
  return [kind, words](const Error& error) {
    BOOST_TEST_INFO(error.message());
    for (const std::string& word : words) {
      if (error.message().find(word) == std::string::npos) return false;
    }
    return error.kind() == kind;
  };
}

} // namespace

BOOST_AUTO_TEST_SUITE(nix2container_layer)

BOOST_DATA_TEST_CASE(layer_equals_nix2container_s, vectors, vector) {
  const VectorTree tree(vector.with_invalid_utf8);
  DigestSink sink;
  nixbuild::image::nix2container_layer(vector.paths, tree.root())->write_to(sink, {});
  BOOST_TEST(sink.size() == vector.size);
  BOOST_TEST(sink.digest() == vector.digest);
}

BOOST_AUTO_TEST_CASE(files_of_other_modes_conflict) {
  TwoPaths store;
  store.put("s/a/x", "1");
  store.put("s/b/x", "2", read_all | exec_all);
  BOOST_CHECK_EXCEPTION(
      store.write(), Error,
      fails_with(ErrorKind::invalid_input, {"/x", "s/a/x", "s/b/x", "0444", "0555"}));
}

BOOST_AUTO_TEST_CASE(files_of_other_sizes_conflict) {
  TwoPaths store;
  store.put("s/a/x", "1");
  store.put("s/b/x", "22");
  BOOST_CHECK_EXCEPTION(store.write(), Error,
                        fails_with(ErrorKind::invalid_input, {"s/a/x", "s/b/x", "1 and 2 bytes"}));
}

BOOST_AUTO_TEST_CASE(a_file_and_a_folder_conflict) {
  TwoPaths store;
  store.put("s/a/x", "1");
  store.put("s/b/x/y", "22");
  BOOST_CHECK_EXCEPTION(store.write(), Error,
                        fails_with(ErrorKind::invalid_input, {"a file and a folder"}));
}

BOOST_AUTO_TEST_CASE(different_permissions_conflict) {
  TwoPaths store;
  store.put("s/a/x", "1");
  Nix2ContainerPath once = stays("/s/a");
  once.permissions = {{.regex = "x", .mode = "0755", .uname = {}, .gname = {}}};
  Nix2ContainerPath again = once;
  again.permissions.front().mode = "0700";
  DigestSink sink;
  const auto layer = nixbuild::image::nix2container_layer({once, again}, store.path().string());
  BOOST_CHECK_EXCEPTION(layer->write_to(sink, {}), Error,
                        fails_with(ErrorKind::invalid_input, {"different permissions"}));
}

BOOST_AUTO_TEST_CASE(a_file_inside_of_a_file_is_refused) {
  const VectorTree tree(false);
  DigestSink sink;
  const auto inside = nixbuild::image::nix2container_layer(
      {moves(p1, "^.*/hello2?$", "/hello"), moves(p2, "^.*/x$", "/hello/x")}, tree.root());
  BOOST_CHECK_EXCEPTION(inside->write_to(sink, {}), Error,
                        fails_with(ErrorKind::invalid_input, {"/hello/x", "inside of"}));
}

BOOST_AUTO_TEST_CASE(a_destination_outside_of_the_image_is_refused) {
  const VectorTree tree(false);
  DigestSink sink;
  const auto outside =
      nixbuild::image::nix2container_layer({moves(p2, "^/tmp/vec/p2", "a/../..")}, tree.root());
  BOOST_CHECK_EXCEPTION(outside->write_to(sink, {}), Error,
                        fails_with(ErrorKind::invalid_input, {"leads out of the image"}));
}

BOOST_AUTO_TEST_CASE(a_destination_without_bound_is_refused) {
  const VectorTree tree(false);
  DigestSink sink;
  const auto layer = nixbuild::image::nix2container_layer(
      {moves(p2, "", std::string()), moves(p2, "/", std::string(3000, '/') + "x")}, tree.root());
  BOOST_CHECK_EXCEPTION(layer->write_to(sink, {}), Error,
                        fails_with(ErrorKind::invalid_input, {"a name of"}));
}

BOOST_AUTO_TEST_CASE(a_bad_expression_or_mode_is_found_before_anything_is_read) {
  Nix2ContainerPath path = stays("/nowhere");
  path.rewrite_regex = "(";
  BOOST_CHECK_EXCEPTION((void)nixbuild::image::nix2container_layer({path}), Error,
                        fails_with(ErrorKind::invalid_input, {"'('"}));
  path.rewrite_regex = std::string(5000, 'a');
  BOOST_CHECK_EXCEPTION((void)nixbuild::image::nix2container_layer({path}), Error,
                        fails_with(ErrorKind::invalid_input, {"too long"}));
  path.rewrite_regex.clear();
  for (const char* mode : {"rwx", "-0755", "777777777777777777777777", "8"}) {
    path.permissions = {{.regex = {}, .mode = mode, .uname = {}, .gname = {}}};
    BOOST_CHECK_EXCEPTION((void)nixbuild::image::nix2container_layer({path}), Error,
                          fails_with(ErrorKind::invalid_input, {mode}));
  }
}

BOOST_AUTO_TEST_CASE(a_missing_path_is_named) {
  DigestSink sink;
  BOOST_CHECK_EXCEPTION(
      nixbuild::image::nix2container_layer({stays("/nowhere/at-all")})->write_to(sink, {}), Error,
      fails_with(ErrorKind::not_found, {"/nowhere/at-all"}));
}

BOOST_AUTO_TEST_CASE(writing_stops_when_cancelled) {
  const VectorTree tree(false);
  DigestSink sink;
  const nixbuild::CancelSource cancel;
  cancel.raise(nixbuild::CancelLevel::graceful);
  BOOST_CHECK_EXCEPTION(nixbuild::image::nix2container_layer({stays(p1)}, tree.root())
                            ->write_to(sink, cancel.token()),
                        Error, fails_with(ErrorKind::cancelled, {}));
}

BOOST_AUTO_TEST_CASE(identity_is_of_everything_that_makes_the_bytes) {
  const auto identity = [](std::vector<Nix2ContainerPath> paths) {
    return nixbuild::image::nix2container_layer(std::move(paths))->identity();
  };
  Nix2ContainerPath permitted = with_permissions(p1);
  Nix2ContainerPath other = permitted;
  other.permissions[1].uname = "other";
  BOOST_TEST(identity({stays(p1), stays(p2)}) == identity({stays(p1), stays(p2)}));
  BOOST_TEST(identity({stays(p1), stays(p2)}) != identity({stays(p2), stays(p1)}));
  BOOST_TEST(identity({stays(p1)}) != identity({moves(p1, "a", "")}));
  BOOST_TEST(identity({moves(p1, "a", "b")}) != identity({moves(p1, "ab", "")}));
  BOOST_TEST(identity({permitted}) != identity({other}));
}

BOOST_AUTO_TEST_SUITE_END()
