#include "digest_sink.hpp"
#include "fakes/tar_builder.hpp"
#include "image/docker_tools_image.hpp"
#include "recording_reporter.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"
#include "vector_tree.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>

namespace fs = std::filesystem;
namespace image = nixbuild::image;
namespace json = boost::json;
using image::DigestTrust;
using nixbuild::Error;
using nixbuild::ErrorKind;

namespace {

const std::string custom = "/tmp/vec/c-customisation-layer";
const std::string custom_digest = nixbuild::oci::Digest::of("customisation").str();

struct Fixture {
  nixbuild::tests::VectorTree tree{true};
  nixbuild::TempDir directory;
  image::NixStore store{.dir = "/tmp/vec", .root = tree.root()};
  image::DigestCache cache{directory.path() / "layers"};
  nixbuild::tests::RecordingReporter reporter;
  json::object conf;

  Fixture() {
    fs::create_directories(tree.root() + custom);
    put(custom + "/layer.tar", "customisation");
    put(custom + "/checksum", custom_digest.substr(7) + "\n");
    conf = json::parse(R"({
      "architecture": "amd64", "os": "linux", "store_dir": "/tmp/vec", "from_image": null,
      "store_layers": [["/tmp/vec/p2"], ["/tmp/vec/p1", "/tmp/vec/p2"], []],
      "customisation_layer": "/tmp/vec/c-customisation-layer", "repo_tag": "hello:latest",
      "config": {}, "created": "1970-01-01T00:00:01+00:00"})")
               .as_object();
  }

  void put(const std::string& path, const std::string& content) const {
    std::ofstream(tree.root() + path, std::ios::binary) << content;
  }
  void put_base_image() const {
    const std::string config =
        R"({"architecture":"amd64","os":"linux","config":{"Env":["PATH=/base","A=base","EMPTY="],)"
        R"("Cmd":["x"]},"rootfs":{"type":"layers","diff_ids":[")" +
        nixbuild::oci::Digest::of("first base layer").str() + "\",\"" +
        nixbuild::oci::Digest::of("second").str() + "\"]}}";
    put("/tmp/vec/base.tar",
        nixbuild::fakes::TarBuilder()
            .file("it's \"1\"/layer.tar", "first base layer")
            .file("\u00e9/layer.tar", "second")
            .file("c.json", config)
            .file("manifest.json", R"([{"Config":"c.json","RepoTags":null,)"
                                   R"("Layers":["it's \"1\"/layer.tar","\u00e9/layer.tar"]}])")
            .finished());
  }
  image::Image read(DigestTrust trust = DigestTrust::remembered) {
    return read_text(json::serialize(conf), trust);
  }
  image::Image read_text(const std::string& text, DigestTrust trust = DigestTrust::remembered) {
    const fs::path file = directory.path() / "x-conf.json";
    std::ofstream(file) << text;
    return image::docker_tools_image(file, store, trust, cache, reporter, {});
  }
  std::string image_id() { return std::string(read().config_digest.hex()); }
};

auto fails_with(ErrorKind kind, const std::string& word) {
  return [kind, word](const Error& error) {
    BOOST_TEST_INFO(error.message());
    return error.kind() == kind &&
           (error.message() + (error.frames().empty() ? "" : error.frames().front())).find(word) !=
               std::string::npos;
  };
}

} // namespace

// The image IDs are those that tarfile and json of Python 3.11 make of the same files when called
// as nixpkgs' stream_layered_image.py calls them.
BOOST_FIXTURE_TEST_SUITE(docker_tools_image, Fixture)

BOOST_AUTO_TEST_CASE(conf_of_old_nixpkgs_makes_the_script_s_image) {
  const image::Image result = read();
  BOOST_TEST(result.config_digest.hex() ==
             "87a7cde9820122b71dac781677947c40c47946a83f6ce14f004f3c4fbc452764");
  BOOST_TEST(result.config_digest.str() == nixbuild::oci::Digest::of(result.config).str());
  BOOST_TEST(result.platform.str() == "linux/amd64");
  BOOST_TEST(result.names.at(0).str() == "docker.io/library/hello:latest");
  BOOST_REQUIRE(result.layers.size() == 4U);
  BOOST_TEST(result.layers[1].digest.hex() ==
             "973cc96650bcb539b3252da316dfd5eea1e5464a6e25265d8afe754da173a5ff");
  BOOST_TEST(result.layers[1].origins.size() == 2U);
  BOOST_TEST(result.layers[3].size == 13U);
  for (const image::Layer& layer : result.layers) {
    nixbuild::tests::DigestSink sink;
    layer.content->write_to(sink, {});
    BOOST_TEST(sink.size() == layer.size);
    BOOST_TEST(sink.digest() == layer.digest.hex());
  }
}

BOOST_AUTO_TEST_CASE(every_option_counts_as_in_the_script) {
  conf["created"] = "2024-05-06T07:08:09.5+02:00";
  conf["mtime"] = "2001-01-01T00:00:00Z";
  conf["uid"] = "1000";
  conf["gid"] = "100";
  conf["uname"] = "us\u00e9r";
  conf["gname"] = std::string(40, 'g');
  conf["config"] = json::parse(R"({
    "Cmd": ["/bin/é", "\u0001\n", "😀", "a\u007f\"\\"],
    "Healthcheck": {"Interval": 30000000000, "Ratio": 1.5, "Negative": -1, "Large": 1e22,
                    "Small": 1e-7, "Yes": true, "No": null},
    "ExposedPorts": {}, "Env": ["A=1", "B"], "Labels": {"b": "1", "a": "<>&"}, "Volumes": [],
    "User": "x"})");
  BOOST_TEST(image_id() == "367e2c09cd2c4b1dd52c90c4733fbe4fb1dd39377f6e763a0dfaef2a9c3a66ec");
}

BOOST_AUTO_TEST_CASE(numbers_of_owners_may_be_numbers) {
  conf["uid"] = "1000";
  const std::string id = image_id();
  conf["uid"] = 1000;
  BOOST_TEST(image_id() == id);
}

BOOST_AUTO_TEST_CASE(base_image_gives_its_layers_and_environment) {
  put_base_image();
  conf["from_image"] = "/tmp/vec/base.tar";
  conf["config"] = json::parse(
      R"({"Entrypoint": ["/e"], "Env": ["B=own", "A=own", "PATH=/own:/base", "A=last"], "Z": 1})");
  BOOST_TEST(image_id() == "21b926a98d32601f3ad39042adbe532b6fea4d0998782859f0fe3814605f89cc");
  BOOST_TEST(read().layers.at(0).origins.at(0) == "it's \"1\"/layer.tar");
}

BOOST_AUTO_TEST_CASE(environment_of_the_base_image_comes_last_in_a_config_without_one) {
  put_base_image();
  conf["from_image"] = "/tmp/vec/base.tar";
  conf["config"] = json::parse(R"({"Entrypoint": ["/e"]})");
  BOOST_TEST(image_id() == "f58d4735bc43fc5187c0ed781756406d9f74ce2011b89497e2851370bbd7c8a3");
}

BOOST_AUTO_TEST_CASE(now_is_the_time_of_the_run) {
  reporter.time = nixbuild::progress::Time(std::chrono::milliseconds(1700000000250));
  conf["created"] = "now";
  conf["mtime"] = "1970-01-01T00:00:01+00:00";
  BOOST_TEST(image_id() == "3ea982cfc3051b3c6a818fdadec644b16a7634c39054a5af44cc69783e2e3c11");
  conf["mtime"] = "now";
  BOOST_TEST(image_id() == "2a805c1a51c06778ef9e0fbb151b114195bc1638199dba000c1ee77d4c1df683");
}

BOOST_AUTO_TEST_CASE(unchanged_layers_are_not_read_again) {
  const std::string id = image_id();
  BOOST_TEST(reporter.steps().size() == 1U);
  BOOST_TEST(image_id() == id);
  BOOST_TEST(reporter.steps().size() == 1U);
}

BOOST_AUTO_TEST_CASE(layer_that_changed_behind_the_cache_is_read_when_nothing_is_trusted) {
  const image::Image before = read();
  fs::permissions(tree.root() + "/tmp/vec/p2", fs::perms::owner_all);
  fs::permissions(tree.root() + "/tmp/vec/p2/x", fs::perms::owner_all);
  BOOST_TEST(read().config == before.config);
  const image::Image after = read(DigestTrust::bytes);
  BOOST_TEST(after.layers.at(0).digest.str() != before.layers.at(0).digest.str());
  BOOST_TEST(read().config == after.config);
}

BOOST_AUTO_TEST_CASE(damaged_customisation_layer_is_found_when_nothing_is_trusted) {
  put(custom + "/layer.tar", "another one!!");
  BOOST_TEST(read().layers.back().digest.str() == custom_digest);
  BOOST_CHECK_EXCEPTION(read(DigestTrust::bytes), Error,
                        fails_with(ErrorKind::corrupt, "c-customisation-layer/layer.tar"));
}

BOOST_AUTO_TEST_CASE(missing_paths_are_named) {
  conf["store_layers"] = json::parse(R"([["/tmp/vec/gone"], ["/tmp/vec/p1", "/tmp/vec/lost"]])");
  BOOST_CHECK_EXCEPTION(read(), Error,
                        fails_with(ErrorKind::not_found, "/tmp/vec/gone, /tmp/vec/lost"));
  conf["store_layers"] = json::array();
  conf["from_image"] = "/tmp/vec/nothing.tar";
  BOOST_CHECK_EXCEPTION(read(), Error, fails_with(ErrorKind::not_found, "/tmp/vec/nothing.tar"));
}

BOOST_AUTO_TEST_CASE(paths_outside_of_the_store_are_refused) {
  const auto refused = fails_with(ErrorKind::corrupt, "is not a path of the store /tmp/vec");
  for (const char* path : {"/etc", "/tmp/vec/../../etc", "/tmp/vec/p1/bin", "/tmp/vec", "p1"}) {
    conf["store_layers"] = json::parse(nixbuild::format(R"([["{}"]])", path));
    BOOST_CHECK_EXCEPTION(read(), Error, refused);
  }
  conf["store_layers"] = json::array();
  conf["customisation_layer"] = "/etc";
  BOOST_CHECK_EXCEPTION(read(), Error, refused);
  conf["customisation_layer"] = custom;
  conf["from_image"] = "/etc/passwd";
  BOOST_CHECK_EXCEPTION(read(), Error, refused);
  conf["from_image"] = nullptr;
  conf["store_dir"] = "/";
  BOOST_CHECK_EXCEPTION(read(), Error, fails_with(ErrorKind::corrupt, "\"store_dir\""));
}

BOOST_AUTO_TEST_CASE(links_of_the_customisation_layer_stay_in_the_store) {
  put(custom + "/layer.tar", "x");
  fs::remove(tree.root() + custom + "/layer.tar");
  fs::create_symlink("/etc/passwd", tree.root() + custom + "/layer.tar");
  BOOST_CHECK_EXCEPTION(read(), Error,
                        fails_with(ErrorKind::corrupt, "is not a path of the store"));
}

BOOST_AUTO_TEST_CASE(wrong_values_are_refused_by_key) {
  const std::vector<std::pair<std::string, json::value>> cases{
      {"architecture", 1},
      {"architecture", nullptr},
      {"architecture", ""},
      {"config", json::array()},
      {"config", nullptr},
      {"created", "yesterday"},
      {"created", 0},
      {"mtime", "1969-12-31T23:59:59Z"},
      {"mtime", "2024-02-30T00:00:00Z"},
      {"uid", "-1"},
      {"uid", "99999999999"},
      {"uid", "one"},
      {"gid", 1.5},
      {"gid", ""},
      {"uname", 0},
      {"from_image", 1},
      {"store_layers", json::object()},
      {"store_layers", json::array{"/tmp/vec/p1"}},
      {"store_layers", json::array{json::array{1}}},
      {"customisation_layer", nullptr},
      {"repo_tag", "Upper:tag"},
      {"repo_tag", nullptr},
      {"store_dir", nullptr},
  };
  const json::object good = conf;
  for (const auto& [key, value] : cases) {
    conf = good;
    conf[key] = value;
    BOOST_TEST_INFO(key << ": " << json::serialize(value));
    BOOST_CHECK_EXCEPTION(read(), Error, fails_with(ErrorKind::corrupt, key));
  }
}

BOOST_AUTO_TEST_CASE(wrong_environments_are_refused) {
  put_base_image();
  conf["from_image"] = "/tmp/vec/base.tar";
  conf["config"] = json::parse(R"({"Env": "A=1"})");
  BOOST_CHECK_EXCEPTION(read(), Error, fails_with(ErrorKind::corrupt, "Env"));
}

BOOST_AUTO_TEST_CASE(bad_checksum_is_refused) {
  put(custom + "/checksum", "0123");
  BOOST_CHECK_EXCEPTION(read(), Error, fails_with(ErrorKind::corrupt, "checksum"));
}

BOOST_AUTO_TEST_CASE(engines_take_125_layers_and_no_more) {
  json::array layers;
  layers.resize(124, json::array());
  conf["store_layers"] = layers;
  BOOST_TEST(read().layers.size() == 125U);
  layers.emplace_back(json::array());
  conf["store_layers"] = layers;
  BOOST_CHECK_EXCEPTION(read(), Error, fails_with(ErrorKind::invalid_input, "126 layers"));
}

BOOST_AUTO_TEST_CASE(text_cut_anywhere_is_refused) {
  const std::string text = json::serialize(conf);
  for (std::size_t length = 0; length < text.size(); ++length) {
    BOOST_CHECK_THROW(read_text(text.substr(0, length)), Error);
  }
}

BOOST_AUTO_TEST_CASE(is_recognised_by_its_content) {
  const fs::path file = directory.path() / "some.json";
  const auto is_conf = [&](const std::string& text) {
    std::ofstream(file) << text;
    return image::is_docker_tools_conf(file);
  };
  BOOST_TEST(is_conf(json::serialize(conf)));
  BOOST_TEST(!is_conf(R"({"version": 1, "image-config": {}})"));
  BOOST_TEST(!is_conf("{"));
  BOOST_TEST(!is_conf(""));
  BOOST_TEST(!image::is_docker_tools_conf(directory.path()));
}

BOOST_AUTO_TEST_SUITE_END()
