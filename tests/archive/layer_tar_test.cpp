#include "archive/layer_tar.hpp"
#include "archive/sha256.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <span>
#include <vector>

namespace archive = nixbuild::archive;
using archive::LayerEntry;

namespace {

std::string digest(std::string_view bytes) {
  archive::Sha256 hash;
  hash.update(std::as_bytes(std::span(bytes)));
  return hash.finish();
}

LayerEntry file(std::string name) {
  return {.name = std::move(name), .target = {}, .mode = 0444, .uname = "root", .gname = "root"};
}

std::string repeat(char c, std::size_t count) {
  return std::string(count, c);
}

struct Vector {
  const char* what;
  LayerEntry entry;
  std::string digest;
};

std::ostream& operator<<(std::ostream& out, const Vector& vector) {
  return out << vector.what;
}

template <class Change>
LayerEntry changed(LayerEntry entry, Change change) {
  change(entry);
  return entry;
}

LayerEntry link_to(std::string name, std::string target) {
  return changed(file(std::move(name)), [&](LayerEntry& entry) {
    entry.type = LayerEntry::Type::symlink;
    entry.target = std::move(target);
  });
}

const std::string splittable = "/" + repeat('d', 60) + "/" + repeat('n', 60);

// SHA-256 of what WriteHeader of Go 1.19's archive/tar writes for the same entry.
const std::vector<Vector> go_vectors{
    {"plain", file("/a"), "5d7908fbf12afe18f5edab773dfaa7bb9446953084e7c135b0b257232a61a6ef"},
    {"name of 100", file("/" + repeat('n', 99)),
     "1a52edf5a8653299f3846de6d20c7ebcecb6aefb3798d8a8df1a1d03abbb5e16"},
    {"name that is split", file(splittable),
     "a1b6550fd2b1b4b2906db21f9960cde1e1f29379c68095de5fb289b020f9eefb"},
    {"no slash to split at", file("/" + repeat('n', 101)),
     "314aac1739033aa0b23e772d9ab1fba0551cebb6a6b5ea3452ed45f265a266c4"},
    {"prefix of 155", file("/" + repeat('d', 154) + "/" + repeat('n', 100)),
     "4707fe7a2232dcc25cfe44b8c5454919dc660a81128e591211da6d4724c5196b"},
    {"prefix of 156", file("/" + repeat('d', 155) + "/" + repeat('n', 100)),
     "0ebff4b207b35966407a28def16395d65d4c7d461e1dc6b202bec3db4cf8270f"},
    {"slash where the name is cut", file("/" + repeat('d', 98) + "/" + repeat('n', 120)),
     "8914d147c4f2147b366afa98f690e405b0ecd6ff514e1b5eaeecedca02e1466d"},
    {"slashes where the name is cut", file("/" + repeat('d', 97) + "/\xC3\xA9/" + repeat('n', 120)),
     "ab007fc117320d62332bb596ddaa95d282a1ea7a0c301602566300e4f1f3d564"},
    {"slash where the extended name is cut", file("/" + repeat('d', 84) + "/" + repeat('n', 120)),
     "c4b4b08214e3edf163f53b6c366e0440da0f6c904d434f4947f9e6caa03bd78e"},
    {"not ASCII", file("/d\xC3\xA9/n\xC3\xA9\xFF"),
     "5b5067e2f394561a27c4779240637721df933f24dba4ff2dfb3145bfbdc3f1a8"},
    {"long target", link_to("/a", repeat('t', 101)),
     "b6c3b93c8a812c0ece8a95a5c44f8b837991ad4b304d2a08768d1854e393475f"},
    {"long target of a name that could be split",
     link_to(splittable, repeat('t', 99) + "/" + repeat('t', 9)),
     "176a55c2fe3a4779eebc5b84e9344f338edd6b1b16c0d681065e1dd3d9429f7e"},
    {"large owner",
     changed(file("/a"),
             [](LayerEntry& entry) {
               entry.uid = 2097152;
               entry.gid = 2097151;
             }),
     "2989eddc275ee4c11aec7ec8cee1fe3ff6a79bae92ea72cdebb35ccf11a3bbcb"},
    {"long owner names",
     changed(file("/a"),
             [](LayerEntry& entry) {
               entry.uname = repeat('u', 33);
               entry.gname = "g\xC3\xA9";
             }),
     "711229d53a6da177468174ae6c1c03625ef3f42fa17f2655432b42e814d0b03b"},
    {"owner name of 32",
     changed(file("/a"), [](LayerEntry& entry) { entry.uname = repeat('u', 32); }),
     "bbbb8b30a38a0de32be977fbd4e80da74bcdcb040a5f025bee8b949079a50ef3"},
    {"8 GiB", changed(file("/a"), [](LayerEntry& entry) { entry.size = std::uint64_t{1} << 33U; }),
     "2f3071514b78ef0787804a04c393e3baf7134a6898c922ef67333e66155a973a"},
    {"directory without a slash",
     changed(file("/"),
             [](LayerEntry& entry) {
               entry.type = LayerEntry::Type::directory;
               entry.mode = 0755;
             }),
     "a977c3b4653ae5b73cc4e1796d2a94244991c429866c942fd03c25111e04c66b"},
    {"relative", file("bin/\xC3\xA9"),
     "8cfb8048987302e2bb57f06b625a50d1b3ae22139aef4710277fe63efb1386fb"},
    {"far in the future",
     changed(file("/a"), [](LayerEntry& entry) { entry.mtime = std::int64_t{1} << 33U; }),
     "a0525e9ed5939769984b63493ba0890e818c0207dd44d6972b79d61f9b300c56"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(layer_tar)

BOOST_DATA_TEST_CASE(header_is_that_of_go_s_archive_tar, go_vectors, vector) {
  BOOST_TEST(digest(archive::layer_header(vector.entry, archive::TarFlavour::go)) == vector.digest);
}

BOOST_AUTO_TEST_CASE(go_ends_a_tar_with_two_blocks) {
  BOOST_TEST(archive::layer_end_size(512, archive::TarFlavour::go) == 1024U);
}

BOOST_AUTO_TEST_CASE(python_fills_up_to_20_blocks) {
  BOOST_TEST(archive::layer_end_size(512, archive::TarFlavour::python) == 10240U - 512U);
  BOOST_TEST(archive::layer_end_size(10240 - 1024, archive::TarFlavour::python) == 1024U);
  BOOST_TEST(archive::layer_end_size(10240 - 512, archive::TarFlavour::python) == 10240U + 512U);
}

BOOST_AUTO_TEST_SUITE_END()
