#include "archive/sha256.hpp"
#include "image/store_layer.hpp"
#include "support/error.hpp"
#include "vector_tree.hpp"

#include <boost/test/unit_test.hpp>

namespace image = nixbuild::image;
using nixbuild::tests::VectorTree;

namespace {

class DigestSink : public nixbuild::archive::Sink {
public:
  void write(std::span<const std::byte> data) override {
    hash_.update(data);
    size_ += data.size();
  }
  std::string digest() { return hash_.finish(); }
  [[nodiscard]] std::uint64_t size() const { return size_; }

private:
  nixbuild::archive::Sha256 hash_;
  std::uint64_t size_ = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(store_layer)

BOOST_AUTO_TEST_CASE(layer_equals_the_stream_script_s) {
  const VectorTree tree(false);
  DigestSink sink;
  image::docker_tools_layer({"/tmp/vec/p1", "/tmp/vec/p2"}, {}, tree.root())->write_to(sink, {});
  BOOST_TEST(sink.size() == 30720U);
  BOOST_TEST(sink.digest() == "f9bbe4e3927d6ea2f0e5c41ab903639e4906990a4ed3c7a2361adfc3e5bf881f");
}

BOOST_AUTO_TEST_CASE(names_that_are_not_utf8_are_kept_as_python_keeps_them) {
  const VectorTree tree(true);
  DigestSink sink;
  image::docker_tools_layer({"/tmp/vec/p1", "/tmp/vec/p2"}, {}, tree.root())->write_to(sink, {});
  BOOST_TEST(sink.size() == 30720U);
  BOOST_TEST(sink.digest() == "973cc96650bcb539b3252da316dfd5eea1e5464a6e25265d8afe754da173a5ff");
}

BOOST_AUTO_TEST_CASE(missing_path_is_named) {
  DigestSink sink;
  BOOST_CHECK_EXCEPTION(
      image::docker_tools_layer({"/nowhere/at-all"}, {})->write_to(sink, {}), nixbuild::Error,
      [](const auto& e) { return e.message().find("/nowhere/at-all") != std::string::npos; });
}

BOOST_AUTO_TEST_CASE(identity_tells_owners_and_orders_apart) {
  const auto identity = [](std::vector<std::string> paths, image::StoreLayerOwner owner) {
    return image::docker_tools_layer(std::move(paths), std::move(owner))->identity();
  };
  BOOST_TEST(identity({"/a", "/b"}, {}) == identity({"/a", "/b"}, {}));
  BOOST_TEST(identity({"/a", "/b"}, {}) != identity({"/b", "/a"}, {}));
  BOOST_TEST(identity({"/a"}, {}) != identity({"/a"}, {.mtime = 2}));
  BOOST_TEST(identity({"/a"}, {}) != identity({"/a"}, {.uid = 1000}));
}

BOOST_AUTO_TEST_SUITE_END()
