#include "fakes/compress.hpp"
#include "fakes/image_archive.hpp"
#include "fakes/memory_stream.hpp"
#include "image/docker_archive.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <thread>

using namespace nixbuild;
using fakes::ImageArchive;
using fakes::layer_tar;
using fakes::manifest_item;
using fakes::TarBuilder;
using image::Image;
using image::Layer;
using oci::Digest;

namespace {

struct StoredFile {
  TempDir directory;
  std::filesystem::path path = directory.path() / "image.tar";
  explicit StoredFile(std::string_view content) { write_file_atomically(path, content); }
};

std::vector<Image> images_in(const std::string& bytes) {
  const StoredFile file(bytes);
  return image::read_docker_archive(file.path, {});
}

// The message of the Error of kind corrupt without the file's name, which it must begin with.
std::string complaint_about(const std::filesystem::path& file) {
  const std::string prefix = file.string() + ": ";
  try {
    (void)image::read_docker_archive(file, {});
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt || !error.message().starts_with(prefix)) {
      return "wrong kind of error: " + error.message();
    }
    return error.message().substr(prefix.size());
  }
  return "none";
}

std::string complaint(const std::string& bytes) {
  return complaint_about(StoredFile(bytes).path);
}

std::string content_of(const Layer& layer) {
  fakes::MemorySink sink;
  layer.content->write_to(sink, {});
  return sink.text;
}

const std::vector<std::string> two_layers{layer_tar("one"), layer_tar("two")};

using Compress = std::string (*)(std::string_view);
std::string uncompressed(std::string_view text) {
  return std::string(text);
}
constexpr Compress outer_forms[] = {uncompressed, fakes::gzip, fakes::zstd, fakes::xz};

// An archive whose only image has one layer, the member `name` of `tar`.
std::string with_layer(TarBuilder tar, const std::string& diff_id, const std::string& name) {
  return tar.file("c.json", fakes::config_json({diff_id}))
      .file("manifest.json", "[" + manifest_item("c.json", {}, {name}) + "]")
      .finished();
}

} // namespace

BOOST_AUTO_TEST_SUITE(docker_archive)

BOOST_AUTO_TEST_CASE(plain_and_compressed_archives_hold_the_same_image) {
  const ImageArchive archive(two_layers, {"example:1", "ghcr.io/a/b:2"});
  for (const Compress compress : outer_forms) {
    const StoredFile file(compress(archive.bytes()));
    const auto images = image::read_docker_archive(file.path, {});
    BOOST_REQUIRE(images.size() == 1U);
    const Image& image = images[0];
    BOOST_TEST(image.config == archive.config);
    BOOST_TEST((image.config_digest == Digest::of(archive.config)));
    BOOST_TEST(image.platform.str() == "linux/amd64");
    BOOST_REQUIRE(image.names.size() == 2U);
    BOOST_TEST(image.names[0].str() == "docker.io/library/example:1");
    BOOST_TEST(image.names[1].str() == "ghcr.io/a/b:2");
    BOOST_REQUIRE(image.layers.size() == 2U);
    for (std::size_t i = 0; i < 2; ++i) {
      const Layer& layer = image.layers[i];
      BOOST_TEST((layer.diff_id == Digest::of(two_layers[i])));
      BOOST_TEST((layer.digest == layer.diff_id));
      BOOST_TEST(layer.size == two_layers[i].size());
      BOOST_TEST(layer.media_type == "application/vnd.oci.image.layer.v1.tar");
    }
    for (const std::size_t i : {1U, 0U, 0U, 1U}) { // in any order, again and again
      BOOST_TEST((content_of(image.layers[i]) == two_layers[i]));
    }
  }
}

BOOST_AUTO_TEST_CASE(layers_are_read_by_several_threads_and_after_the_file_is_gone) {
  std::vector<std::string> tars;
  for (int i = 0; i < 8; ++i)
    tars.push_back(layer_tar(std::string(100000, static_cast<char>('a' + i))));
  for (const Compress compress : outer_forms) {
    const auto images = images_in(compress(ImageArchive(tars).bytes()));
    std::vector<std::string> found(tars.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < tars.size(); ++i)
      threads.emplace_back([&, i] { found[i] = content_of(images[0].layers[i]); });
    for (std::thread& thread : threads)
      thread.join();
    BOOST_TEST((found == tars));
  }
}

BOOST_AUTO_TEST_CASE(several_images_may_share_layers) {
  const std::string config_a = fakes::config_of(two_layers);
  const std::string config_b = fakes::config_of({two_layers[0]});
  const auto images = images_in(
      TarBuilder()
          .file("a.json", config_a)
          .file("b.json", config_b)
          .file("1.tar", two_layers[0])
          .file("2.tar", two_layers[1])
          .file("manifest.json", "[" + manifest_item("a.json", {"a:1"}, {"1.tar", "2.tar"}) + "," +
                                     R"({"Config":"b.json","RepoTags":null,"Layers":["1.tar"]}])")
          .finished());
  BOOST_REQUIRE(images.size() == 2U);
  BOOST_TEST(images[0].layers.size() == 2U);
  BOOST_TEST(images[1].layers.size() == 1U);
  BOOST_TEST(images[1].names.empty());
  BOOST_TEST((content_of(images[1].layers[0]) == two_layers[0]));
}

BOOST_AUTO_TEST_CASE(compressed_layers_are_sent_as_they_are) {
  struct Form {
    Compress compress;
    const char* media_type;
  };
  const std::string tar = layer_tar("content");
  const std::string diff_id = Digest::of(tar).str();
  for (const auto& [compress, media_type] :
       {Form{fakes::gzip, "application/vnd.oci.image.layer.v1.tar+gzip"},
        Form{fakes::zstd, "application/vnd.oci.image.layer.v1.tar+zstd"}}) {
    const std::string stored = compress(tar);
    const std::string blob = "blobs/sha256/" + std::string(Digest::of(stored).hex());
    for (const std::string& name : {std::string("layer.tar"), blob, "./" + blob}) {
      for (const Compress outer : outer_forms) {
        const auto images =
            images_in(outer(with_layer(TarBuilder().file(name, stored), diff_id, name)));
        const Layer& layer = images.at(0).layers.at(0);
        BOOST_TEST(layer.media_type == media_type);
        BOOST_TEST((layer.digest == Digest::of(stored)));
        BOOST_TEST(layer.diff_id.str() == diff_id);
        BOOST_TEST(layer.size == stored.size());
        BOOST_TEST((content_of(layer) == stored));
      }
    }
    // A blob's name is believed: whoever sends it compares its bytes with it.
    const std::string lie = "blobs/sha256/" + std::string(64, '0');
    const auto images = images_in(with_layer(TarBuilder().file(lie, stored), diff_id, lie));
    BOOST_TEST(images.at(0).layers.at(0).digest.hex() == std::string(64, '0'));
  }
}

BOOST_AUTO_TEST_CASE(xz_layers_are_refused) {
  const std::string tar = layer_tar("content");
  for (const Compress outer : outer_forms) {
    BOOST_TEST(complaint(outer(with_layer(TarBuilder().file("l", fakes::xz(tar)),
                                          Digest::of(tar).str(), "l"))) ==
               "its layer 'l' is compressed by xz, which OCI does not allow");
  }
}

BOOST_AUTO_TEST_CASE(links_inside_the_archive_are_followed) {
  const std::string tar = layer_tar("content");
  const std::string diff_id = Digest::of(tar).str();
  for (const Compress outer : outer_forms) {
    const auto read = [&](const TarBuilder& builder, const std::string& name) {
      return content_of(images_in(outer(with_layer(builder, diff_id, name))).at(0).layers.at(0));
    };
    // As docker save and skopeo write a layer that two folders share.
    const auto shared = TarBuilder()
                            .directory("a/")
                            .symbolic_link("a/layer.tar", "../b/./layer.tar")
                            .directory("b/")
                            .file("b/layer.tar", tar)
                            .hard_link("hard", "b/layer.tar")
                            .symbolic_link("chain", "a/layer.tar");
    for (const char* name : {"a/layer.tar", "b/layer.tar", "./b//layer.tar", "hard", "chain"}) {
      BOOST_TEST((read(shared, name) == tar));
    }
    // A hard link is the file that it was made from.
    BOOST_TEST(
        (read(TarBuilder().file("x", tar).hard_link("hard", "x").file("x", "new"), "hard") == tar));
  }
}

BOOST_AUTO_TEST_CASE(later_members_replace_earlier_ones) {
  const std::string tar = layer_tar("content");
  const auto archive = TarBuilder()
                           .file("manifest.json", "old")
                           .file("l", "old")
                           .file("c.json", "old")
                           .file("l", tar);
  const auto images = images_in(with_layer(archive, Digest::of(tar).str(), "l"));
  BOOST_TEST((content_of(images.at(0).layers.at(0)) == tar));
}

BOOST_AUTO_TEST_CASE(legacy_members_are_ignored) {
  const std::string tar = layer_tar("content");
  const auto archive = TarBuilder()
                           .directory("./")
                           .directory("abc/")
                           .file("abc/VERSION", "1.0")
                           .file("abc/json", "{")
                           .file("repositories", "[")
                           .file("./abc/layer.tar", tar);
  for (const Compress outer : outer_forms) {
    const auto images =
        images_in(outer(with_layer(archive, Digest::of(tar).str(), "abc/layer.tar")));
    BOOST_TEST((content_of(images.at(0).layers.at(0)) == tar));
  }
}

BOOST_AUTO_TEST_CASE(names_and_links_that_lead_out_are_refused) {
  const ImageArchive good(two_layers);
  const auto with = [&](const TarBuilder& evil) {
    return complaint(evil.open_ended() + good.bytes());
  };
  BOOST_TEST(with(TarBuilder().file("../evil", "")) ==
             "the name of the member '../evil' leads out of it");
  BOOST_TEST(with(TarBuilder().file("a/../../evil", "")).find("leads out") != std::string::npos);
  BOOST_TEST(with(TarBuilder().file("/evil", "")) ==
             "the name of the member '/evil' leads out of it");
  BOOST_TEST(with(TarBuilder().pax({"path=/evil"}).file("x", "")).find("leads out") !=
             std::string::npos);
  BOOST_TEST(with(TarBuilder().symbolic_link("a/l", "../../etc/passwd")) ==
             "the link 'a/l' to '../../etc/passwd' leads out of it");
  BOOST_TEST(with(TarBuilder().symbolic_link("l", "/etc/passwd")) ==
             "the link 'l' to '/etc/passwd' leads out of it");
  BOOST_TEST(with(TarBuilder().hard_link("l", "../etc/passwd")) ==
             "the link 'l' to '../etc/passwd' leads to nothing in it");
  BOOST_TEST(with(TarBuilder().hard_link("l", "none")).find("leads to nothing") !=
             std::string::npos);
  BOOST_TEST(complaint(with_layer({}, Digest::of("").str(), "../x")) ==
             "manifest.json names '../x', which leads out of it");
}

BOOST_AUTO_TEST_CASE(layers_that_cannot_be_read) {
  const std::string id = Digest::of("").str();
  BOOST_TEST(complaint(with_layer({}, id, "none")) == "it has no member 'none'");
  BOOST_TEST(complaint(with_layer({}, id, "")) == "it has no member ''");
  BOOST_TEST(complaint(with_layer(TarBuilder().directory("d/"), id, "d")) ==
             "its member 'd' is not a file");
  BOOST_TEST(complaint(with_layer(TarBuilder().entry({.name = "p", .type_flag = '6'}, ""), id,
                                  "p")) == "its member 'p' is not a file");
  BOOST_TEST(complaint(with_layer(TarBuilder().pax({"GNU.sparse.major=1"}).file("s", ""), id,
                                  "s")) == "its member 's' is stored as a sparse file");
  const auto circle = TarBuilder().symbolic_link("a", "b").symbolic_link("b", "a");
  BOOST_TEST(complaint(with_layer(circle, id, "a")) ==
             "its member 'a' is a link that leads in a circle");
}

BOOST_AUTO_TEST_CASE(layer_counts) {
  const auto with_count = [](std::size_t layers, std::size_t diff_ids) {
    const std::string tar = layer_tar("x");
    return complaint(
        TarBuilder()
            .file("l", tar)
            .file("c.json",
                  fakes::config_json(std::vector<std::string>(diff_ids, Digest::of(tar).str())))
            .file("manifest.json",
                  "[" + manifest_item("c.json", {}, std::vector<std::string>(layers, "l")) + "]")
            .finished());
  };
  BOOST_TEST(with_count(1, 1) == "none");
  BOOST_TEST(with_count(125, 125) == "none");
  BOOST_TEST(with_count(0, 0) == "its image has no layers");
  BOOST_TEST(with_count(126, 126) == "its image has 126 layers, and engines take 125 at most");
  BOOST_TEST(with_count(200, 200) == "its image has 200 layers, and engines take 125 at most");
  BOOST_TEST(with_count(1, 2) ==
             "manifest.json names 1 layers, but the config c.json has 2 diff IDs");
}

BOOST_AUTO_TEST_CASE(manifests_that_are_none) {
  const auto with_manifest = [](const std::string& text) {
    return complaint(TarBuilder()
                         .file("l", layer_tar("x"))
                         .file("c.json", fakes::config_of({layer_tar("x")}))
                         .file("manifest.json", text)
                         .finished());
  };
  std::string deep;
  for (int i = 0; i < 10000; ++i)
    deep += "[";
  BOOST_TEST(with_manifest("[" + manifest_item("c.json", {"a:b"}, {"l"}) + "]") == "none");
  BOOST_TEST(with_manifest("") == "manifest.json is not valid JSON: incomplete JSON");
  BOOST_TEST(with_manifest(deep).find("too deep") != std::string::npos);
  BOOST_TEST(with_manifest("null") == "manifest.json is not a JSON array");
  BOOST_TEST(with_manifest("[]") == "manifest.json names no image");
  BOOST_TEST(with_manifest("[1]") == "an image of manifest.json is not a JSON object");
  BOOST_TEST(with_manifest("[{}]") == "manifest.json names no config");
  BOOST_TEST(with_manifest(R"([{"Config":"c.json","Layers":"l"}])") ==
             "manifest.json has a \"Layers\" of a wrong type");
  BOOST_TEST(with_manifest("[" + manifest_item("c.json", {"A"}, {"l"}) + "]") ==
             "manifest.json gives the image a bad name 'A': repository name must be lowercase");
  BOOST_TEST(with_manifest("[" + manifest_item("none", {}, {"l"}) + "]") ==
             "it has no member 'none'");
  std::string many = "[{}";
  for (int i = 0; i < 1000; ++i)
    many += ",{}";
  BOOST_TEST(with_manifest(many + "]") == "manifest.json names 1001 images, more than 1000");
  BOOST_TEST(with_manifest(std::string((4U << 20U) + 1, ' ')).find("is larger than") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(many_large_configs_are_refused) {
  const std::string config = fakes::config_of({layer_tar("x")}) + std::string(4'000'000, ' ');
  std::string manifest = "[" + manifest_item("c.json", {}, {"l"});
  for (int i = 0; i < 8; ++i)
    manifest += "," + manifest_item("c.json", {}, {"l"});
  const auto archive = TarBuilder()
                           .file("l", layer_tar("x"))
                           .file("c.json", config)
                           .file("manifest.json", manifest + "]");
  BOOST_TEST(complaint(archive.finished()) == "the configs of its images are larger than 33.6MB");
}

BOOST_AUTO_TEST_CASE(texts_beyond_what_is_kept_in_passing_are_read_later) {
  TarBuilder tar;
  for (int i = 0; i < 5; ++i)
    tar.file("filler" + std::to_string(i), "{" + std::string(4'000'000, ' '));
  const std::string layer = layer_tar("x");
  const auto images =
      images_in(fakes::zstd(with_layer(tar.file("l", layer), Digest::of(layer).str(), "l")));
  BOOST_TEST(images.at(0).layers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(archives_of_something_else) {
  BOOST_TEST(complaint(TarBuilder().file("oci-layout", "{}").file("index.json", "{}").finished()) ==
             "it is an OCI image layout without a manifest.json");
  // The tar of a root file system is full of links that lead out of it: they are not the point.
  BOOST_TEST(complaint(TarBuilder().symbolic_link("etc/mtab", "/proc/mounts").finished()) ==
             "it is a tar archive without images: it has no manifest.json");
  BOOST_TEST(complaint("#!/bin/sh\n" + std::string(1000, '#')) == "this is not a tar archive");
  BOOST_TEST(complaint("") == "the tar archive ends too early");
  BOOST_TEST(complaint(fakes::gzip("text")) == "the tar archive ends too early");
}

BOOST_AUTO_TEST_CASE(index_is_bounded) {
  TarBuilder tar;
  const std::string name(1'000'000, 'n');
  for (char c = 'A'; c < 'z'; ++c)
    tar.pax({"path=" + name + c}).raw(fakes::RawTarHeader{.name = "x"}.block());
  BOOST_TEST(complaint(fakes::zstd(tar.finished())) ==
             "it has more members than an image archive can have");
}

BOOST_AUTO_TEST_CASE(archive_cut_anywhere_is_refused) {
  const ImageArchive archive({layer_tar("x")});
  const auto complaints = [](const std::string& bytes, std::size_t longest) {
    const StoredFile file(bytes);
    std::map<std::string, int> count;
    for (std::size_t length = longest + 1; length-- > 0;) {
      std::filesystem::resize_file(file.path, length);
      ++count[complaint_about(file.path)];
    }
    return count;
  };
  const std::string plain = archive.bytes();
  const std::size_t end_marker = 1024;
  const auto found = complaints(plain, plain.size() - end_marker);
  BOOST_TEST(found.size() == 1U);
  BOOST_TEST(found.contains("the tar archive ends too early"));
  for (const Compress compress : {fakes::gzip, fakes::zstd, fakes::xz}) {
    const std::string bytes = compress(archive.bytes());
    BOOST_TEST(!complaints(bytes, bytes.size() - 1).contains("none"));
  }
}

BOOST_AUTO_TEST_CASE(metadata_cut_anywhere_is_refused) {
  const ImageArchive good({layer_tar("x")});
  for (std::size_t length = 0; length < good.manifest.size(); ++length) {
    BOOST_TEST(complaint(TarBuilder(good.tar)
                             .file("manifest.json", good.manifest.substr(0, length))
                             .finished()) == "manifest.json is not valid JSON: incomplete JSON");
  }
  for (std::size_t length = 0; length < good.config.size(); ++length) {
    BOOST_TEST(complaint(TarBuilder(good.tar)
                             .file(good.config_name, good.config.substr(0, length))
                             .finished()) ==
               good.config_name + " is not valid JSON: incomplete JSON");
  }
}

BOOST_AUTO_TEST_CASE(file_that_shrinks_after_the_index_was_read) {
  const ImageArchive archive(two_layers);
  const StoredFile file(archive.bytes());
  const auto images = image::read_docker_archive(file.path, {});
  std::filesystem::resize_file(file.path, 600);
  BOOST_CHECK_EXCEPTION((void)content_of(images.at(0).layers.at(0)), Error, [&](const Error& e) {
    return e.message() == file.path.string() + " became shorter while it was read";
  });
}

BOOST_AUTO_TEST_CASE(cancelling_stops_reading) {
  const ImageArchive archive(two_layers);
  const auto is_cancelled = [](const Error& e) { return e.kind() == ErrorKind::cancelled; };
  for (const Compress compress : outer_forms) {
    const StoredFile file(compress(archive.bytes()));
    const auto images = image::read_docker_archive(file.path, {});
    const CancelSource cancel;
    cancel.raise(CancelLevel::graceful);
    BOOST_CHECK_EXCEPTION((void)image::read_docker_archive(file.path, cancel.token()), Error,
                          is_cancelled);
    fakes::MemorySink sink;
    BOOST_CHECK_EXCEPTION(images.at(0).layers.at(0).content->write_to(sink, cancel.token()), Error,
                          is_cancelled);
  }
}

BOOST_AUTO_TEST_CASE(files_that_may_be_archives) {
  const std::string tar = ImageArchive(two_layers).bytes();
  for (const Compress compress : outer_forms) {
    BOOST_TEST(image::looks_like_archive(StoredFile(compress(tar)).path));
  }
  BOOST_TEST(!image::looks_like_archive(StoredFile("#!/bin/sh\n" + std::string(600, '#')).path));
  BOOST_TEST(!image::looks_like_archive(StoredFile("").path));
  BOOST_TEST(!image::looks_like_archive(StoredFile(tar.substr(0, 511)).path));
  BOOST_CHECK_THROW((void)image::looks_like_archive("/none"), Error);
}

BOOST_AUTO_TEST_SUITE_END()
