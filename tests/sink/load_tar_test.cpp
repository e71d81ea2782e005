#include "archive/tar_reader.hpp"
#include "fakes/memory_image.hpp"
#include "fakes/memory_stream.hpp"
#include "image/docker_archive.hpp"
#include "sink/load_tar.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace nixbuild;
using fakes::MemorySink;
using oci::Digest;
using sink::LoadPlan;
using sink::LoadTar;
using sink::TarForm;

namespace {

constexpr auto no_progress = [](std::size_t, std::uint64_t) {};

std::string written(const LoadTar& tar) {
  MemorySink sink;
  tar.write(sink, no_progress, {});
  BOOST_TEST(sink.text.size() == tar.size());
  return sink.text;
}

struct Member {
  std::string name, content;
};

std::vector<Member> members(const std::string& bytes) {
  fakes::MemorySource source(bytes);
  archive::TarReader reader(source);
  std::vector<Member> found;
  while (const auto entry = reader.next())
    found.push_back({entry->name, fakes::read_all(reader)});
  return found;
}

std::string blob(const std::string& content) {
  return "blobs/sha256/" + std::string(Digest::of(content).hex());
}

std::string names(const std::string& bytes) {
  std::string text;
  for (const Member& member : members(bytes))
    text += member.name + "\n";
  return text;
}

std::string complaint(const image::Image& image) {
  const LoadPlan plan = sink::full_load(image);
  const LoadTar tar(image, plan, TarForm::both);
  MemorySink sink;
  try {
    tar.write(sink, no_progress, {});
  } catch (const Error& error) {
    BOOST_TEST(sink.text.size() < tar.size());
    return error.kind() == ErrorKind::corrupt ? error.message() : "wrong kind: " + error.message();
  }
  return "none";
}

} // namespace

BOOST_AUTO_TEST_SUITE(load_tar)

BOOST_AUTO_TEST_CASE(an_image_keeps_the_manifest_that_it_came_with) {
  image::Image image = fakes::memory_image({"a"});
  const std::string text = R"({"of": "the source"})";
  image.manifest =
      image::ImageManifest{.text = text,
                           .media_type = "application/vnd.docker.distribution.manifest.v2+json",
                           .digest = Digest::of(text)};
  const LoadPlan plan = sink::full_load(image);
  const LoadTar tar(image, plan, TarForm::both);
  BOOST_TEST(tar.manifest_digest().str() == Digest::of(text).str());
  for (const Member& member : members(written(tar))) {
    if (member.name == blob(text)) BOOST_TEST(member.content == text);
    if (member.name == "index.json") {
      BOOST_TEST(member.content.find(image.manifest->media_type) != std::string::npos);
    }
  }
  BOOST_TEST(names(written(tar)).find(blob(text)) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(layers_come_first_and_metadata_last) {
  const auto image = fakes::memory_image({"first", "second", "first"});
  const LoadPlan plan = sink::full_load(image);
  const LoadTar tar(image, plan, TarForm::both);
  const auto found = members(written(tar));
  BOOST_REQUIRE(found.size() == 7U);
  BOOST_TEST(found[0].name == blob("first"));
  BOOST_TEST(found[0].content == "first");
  BOOST_TEST(found[1].name == blob("second"));
  BOOST_TEST(found[1].content == "second");
  BOOST_TEST(found[2].name == blob(image.config));
  BOOST_TEST(found[2].content == image.config);
  BOOST_TEST(found[3].name == blob(found[3].content));
  BOOST_TEST(found[3].name == "blobs/sha256/" + std::string(tar.manifest_digest().hex()));
  BOOST_TEST(found[4].name == "oci-layout");
  BOOST_TEST(found[5].name == "index.json");
  BOOST_TEST(found[6].name == "manifest.json");

  const auto descriptor = [](const std::string& type, const std::string& content) {
    return R"({"mediaType":"application/vnd.oci.image.)" + type + R"(","digest":")" +
           Digest::of(content).str() + R"(","size":)" + std::to_string(content.size()) + "}";
  };
  const auto annotated = [](std::string text) {
    text.insert(text.size() - 1, R"(,"annotations":{"docker-nixbuild.layers":"uncompressed"})");
    return text;
  };
  const std::string layer = "layer.v1.tar";
  BOOST_TEST(found[3].content ==
             R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
             R"("config":)" +
                 descriptor("config.v1+json", image.config) + R"(,"layers":[)" +
                 descriptor(layer, "first") + "," + descriptor(layer, "second") + "," +
                 descriptor(layer, "first") + "]}");
  BOOST_TEST(found[4].content == R"({"imageLayoutVersion":"1.0.0"})");
  BOOST_TEST(found[5].content ==
             R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json",)"
             R"("manifests":[)" +
                 annotated(descriptor("manifest.v1+json", found[3].content)) + "]}");
  BOOST_TEST(found[6].content == R"([{"Config":")" + blob(image.config) +
                                     R"(","RepoTags":null,"Layers":[")" + blob("first") + R"(",")" +
                                     blob("second") + R"(",")" + blob("first") + R"("]}])");
}

BOOST_AUTO_TEST_CASE(only_planned_layers_are_sent_and_all_are_named) {
  const auto image = fakes::memory_image({"first", "second", "third"});
  const LoadPlan all = sink::full_load(image);
  const LoadPlan plan{.layers = {1}, .layer_bytes = 6};
  const LoadTar tar(image, plan, TarForm::both);
  const std::string bytes = written(tar);
  BOOST_TEST(names(bytes).starts_with(blob("second") + "\n" + blob(image.config) + "\n"));
  BOOST_TEST((tar.manifest_digest() == LoadTar(image, all, TarForm::both).manifest_digest()));
  BOOST_TEST(members(bytes).back().content ==
             members(written(LoadTar(image, all, TarForm::both))).back().content);

  const LoadPlan none;
  BOOST_TEST(
      names(written(LoadTar(image, none, TarForm::both))).starts_with(blob(image.config) + "\n"));
}

BOOST_AUTO_TEST_CASE(each_form_has_only_what_its_readers_read) {
  const auto image = fakes::memory_image({"a", "b"});
  const LoadPlan plan{.layers = {1}, .layer_bytes = 1};
  const std::string blobs = blob("b") + "\n" + blob(image.config) + "\n";
  const std::string manifest = blob(sink::manifest_of(image).text) + "\n";
  BOOST_TEST(names(written(LoadTar(image, plan, TarForm::docker_archive))) ==
             "1\nconfig\nmanifest.json\n");
  const auto repeated = fakes::memory_image({"a", "b", "a"});
  BOOST_TEST(members(written(LoadTar(repeated, plan, TarForm::docker_archive))).back().content ==
             R"([{"Config":"config","RepoTags":null,"Layers":["0","1","0"]}])");
  BOOST_TEST(names(written(LoadTar(image, plan, TarForm::oci_layout))) ==
             blobs + manifest + "oci-layout\nindex.json\n");
  BOOST_TEST(names(written(LoadTar(image, plan, TarForm::both))) ==
             blobs + manifest + "oci-layout\nindex.json\nmanifest.json\n");
}

BOOST_AUTO_TEST_CASE(form_of_a_tar_follows_from_the_store_unless_all_layers_are_in_it) {
  using engine::ImageStore;
  const auto image = fakes::memory_image({"a", "b", "a"});
  const LoadPlan some{.layers = {1}, .layer_bytes = 1};
  const auto form = [&](ImageStore store, const LoadPlan& plan) {
    return sink::form_for(store, image, plan);
  };
  BOOST_TEST((form(ImageStore::graph_driver, some) == TarForm::docker_archive));
  BOOST_TEST((form(ImageStore::containerd, some) == TarForm::oci_layout));
  BOOST_TEST((form(ImageStore::containers_storage, some) == TarForm::oci_layout));
  BOOST_TEST((form(ImageStore::graph_driver, sink::full_load(image)) == TarForm::both));
}

BOOST_AUTO_TEST_CASE(compressed_layers_are_not_called_uncompressed) {
  auto image = fakes::memory_image({"first", "second"});
  image.layers[1].diff_id = Digest::of("what is in it");
  BOOST_TEST(
      written(LoadTar(image, sink::LoadPlan{.layers = {}}, TarForm::both)).find("annotations") ==
      std::string::npos);
}

BOOST_AUTO_TEST_CASE(equal_images_make_equal_bytes) {
  const auto one = fakes::memory_image({std::string(700, 'a'), "b"});
  const auto other = fakes::memory_image({std::string(700, 'a'), "b"});
  const LoadPlan plan = sink::full_load(one);
  const std::string bytes = written(LoadTar(one, plan, TarForm::both));
  BOOST_TEST((bytes == written(LoadTar(other, plan, TarForm::both))));
  BOOST_TEST(Digest::of(bytes).hex() ==
             "a5f36906d2575999172b89b9ce6a5b380d9d0cb2f127338a221c167c82b1348b");
}

BOOST_AUTO_TEST_CASE(our_own_reader_takes_it_for_a_docker_archive) {
  const std::vector<std::string> layers{fakes::layer_tar("one"), fakes::layer_tar("two")};
  const auto image = fakes::memory_image(layers);
  const LoadPlan plan = sink::full_load(image);
  const TempDir directory;
  const auto file = directory.path() / "image.tar";
  write_file_atomically(file, written(LoadTar(image, plan, TarForm::both)));
  const auto images = image::read_docker_archive(file, {});
  BOOST_REQUIRE(images.size() == 1U);
  BOOST_TEST((images[0].config_digest == image.config_digest));
  BOOST_TEST((images[0].layers.at(1).digest == image.layers[1].digest));
}

BOOST_AUTO_TEST_CASE(progress_counts_the_bytes_of_each_layer) {
  const auto image = fakes::memory_image({"first", std::string(200000, 'x')});
  const LoadPlan plan = sink::full_load(image);
  std::map<std::size_t, std::uint64_t> last;
  MemorySink sink;
  LoadTar(image, plan, TarForm::both)
      .write(sink,
             [&](std::size_t layer, std::uint64_t bytes) {
               BOOST_TEST(bytes > last[layer]);
               last[layer] = bytes;
             },
             {});
  BOOST_TEST((last == std::map<std::size_t, std::uint64_t>{{0, 5}, {1, 200000}}));
}

BOOST_AUTO_TEST_CASE(layers_are_compared_with_their_digest_and_size) {
  const auto with_content = [](const std::string& promised, const std::string& actual) {
    auto image = fakes::memory_image({promised, "other"});
    image.layers[0].content = std::make_shared<fakes::MemoryLayer>(actual, 2);
    return complaint(image);
  };
  const std::string name = "the layer " + Digest::of("bytes").str() + " of the image is damaged: ";
  BOOST_TEST(with_content("bytes", "bytes") == "none");
  BOOST_TEST(with_content("bytes", "bytez") == name + "its digest is " + Digest::of("bytez").str());
  BOOST_TEST(with_content("bytes", "byte") == name + "it has 4 bytes instead of 5");
  BOOST_TEST(with_content("bytes", "") == name + "it has 0 bytes instead of 5");
  BOOST_TEST(with_content("bytes", "bytes!") == name + "it has too many bytes");
  // Long enough for the hashing thread.
  const std::string large(3'000'000, 'x');
  BOOST_TEST(with_content(large, large) == "none");
  BOOST_TEST(with_content(large, large.substr(1) + "y").find("its digest is") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(sink_that_fails_anywhere_stops_the_writing) {
  const auto image = fakes::memory_image({"first", std::string(3000, 'x')});
  const LoadPlan plan = sink::full_load(image);
  const LoadTar tar(image, plan, TarForm::both);
  for (std::size_t capacity = 0; capacity < tar.size(); capacity += 100) {
    MemorySink sink(capacity);
    BOOST_CHECK_EXCEPTION(tar.write(sink, no_progress, {}), Error,
                          [](const Error& e) { return e.kind() == ErrorKind::io; });
  }
}

BOOST_AUTO_TEST_CASE(cancelling_stops_the_writing) {
  const auto image = fakes::memory_image({"first"});
  const LoadPlan plan = sink::full_load(image);
  const CancelSource cancel;
  cancel.raise(CancelLevel::graceful);
  MemorySink sink;
  BOOST_CHECK_EXCEPTION(
      LoadTar(image, plan, TarForm::both).write(sink, no_progress, cancel.token()), Error,
      [](const Error& e) { return e.kind() == ErrorKind::cancelled; });
}

BOOST_AUTO_TEST_SUITE_END()
