#include "plugin/fake_world.hpp"
#include "support/files.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace nixbuild;
using namespace nixbuild::plugin;
using testing::FakeWorld;
using Words = std::vector<std::string>;

namespace fs = std::filesystem;

namespace {

// Runs in a folder of its own, as people do.
struct BakeWorld : FakeWorld {
  TempDir folder;
  fs::path before = fs::current_path();

  BakeWorld() { fs::current_path(folder.path()); }
  BakeWorld(const BakeWorld&) = delete;
  BakeWorld& operator=(const BakeWorld&) = delete;
  ~BakeWorld() {
    std::error_code ignored;
    fs::current_path(before, ignored);
  }

  int bake(Words arguments) {
    arguments.insert(arguments.begin(), {"nixbuild", "bake"});
    names.clear();
    requests.clear();
    return run(arguments);
  }
  void put(const std::string& name, const std::string& content) const {
    write_file_atomically(folder.path() / name, content);
  }
};

std::string tags_of(const pipeline::BuildRequest& request) {
  std::string text;
  for (const oci::Reference& tag : request.tags)
    text += (text.empty() ? "" : " ") + tag.familiar();
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(bake)

BOOST_AUTO_TEST_CASE(targets_of_a_file) {
  BakeWorld world;
  world.loads({testing::image_named({"x:1"})});
  world.put("nixbuild.json", R"({"target": {
      "web": {"installable": ".#image", "tags": ["web:1", "web:2"], "platforms": ["linux/arm64"],
              "labels": {"a": "b"}, "args": {"x": "y"}, "description": "The shop"},
      "db": {},
      "old": {"file": "default.nix", "installable": "image", "impure": true}}})");
  world.put("docker-bake.json", "never read");
  BOOST_TEST(world.bake({}) == 0, world.err.text);
  BOOST_TEST(world.names == (Words{"db", "old", "web"}), boost::test_tools::per_element());
  BOOST_TEST(world.requests[0].installable == ".#db");
  BOOST_TEST(world.requests[1].nix.file.value_or("") == "default.nix");
  BOOST_TEST(world.requests[1].nix.impure);
  BOOST_TEST(world.requests[2].installable == ".#image");
  BOOST_TEST(tags_of(world.requests[2]) == "web:1 web:2");
  BOOST_TEST(world.requests[2].platforms.at(0).str() == "linux/arm64");
  BOOST_TEST(world.requests[2].image_options.labels.at("a") == "b");
  BOOST_TEST(world.requests[2].nix.arg_strings.at(0).second == "y");
  BOOST_TEST(world.out.text == "Loaded image: x:1\nLoaded image: x:1\nLoaded image: x:1\n");
  BOOST_TEST(world.bake({"web"}) == 0);
  BOOST_TEST(world.names == Words{"web"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_buildx_calls_the_parts_of_an_installable) {
  BakeWorld world;
  fs::create_directory(world.folder.path() / "sub");
  world.put("docker-bake.json", R"({"target": {
      "a": {"context": "sub", "target": "image", "dockerfile": "flake.nix"},
      "b": {"context": "sub", "dockerfile": "release.nix", "target": "image"},
      "c": {"context": "github:me/x", "no-cache": true, "pull": true}}})");
  BOOST_TEST(world.bake({}) == 0, world.err.text);
  BOOST_TEST(world.requests[0].installable == fs::current_path() / "sub#image");
  BOOST_TEST(world.requests[1].nix.file.value_or("") == fs::current_path() / "sub/release.nix");
  BOOST_TEST(world.requests[1].installable == "image");
  BOOST_TEST(world.requests[2].installable == "github:me/x#c");
  BOOST_TEST(world.err.text.contains("target c: Nix has no use for no-cache, pull"));
}

BOOST_AUTO_TEST_CASE(caches_of_a_target) {
  BakeWorld world;
  world.put("docker-bake.json", R"({"target": {
      "a": {"cache-from": ["cachix:me", "type=gha,token=secret", "docker.io/me/app:cache",
                           {"type": "s3", "secret_access_key": "secret"}, "https://c.example"],
            "cache-to": "file:///x"},
      "b": {"cache-to": ["type=gha", "type=gha,scope=x"]}}})");
  BOOST_TEST(world.bake({}) == 0, world.err.text);
  const auto& caches = world.requests.at(0).caches;
  BOOST_TEST((caches.from == std::vector{cache::parse_cache_name("cachix:me"),
                                         cache::parse_cache_name("https://c.example")}));
  BOOST_TEST((caches.to == std::vector{cache::parse_cache_name("/x")}));
  BOOST_TEST(world.requests.at(1).caches.to.empty());
  BOOST_TEST(world.err.text.contains("target a: Nix has no use for cache-from type=gha, cache-from "
                                     "type=registry, cache-from type=s3\n"));
  BOOST_TEST(world.err.text.contains("target b: Nix has no use for cache-to type=gha\n"));
  BOOST_TEST(!world.err.text.contains("secret"));
  world.out.text.clear();
  BOOST_TEST(world.bake({"--print", "b"}) == 0);
  const auto printed = boost::json::parse(world.out.text);
  BOOST_TEST(printed.at("target").at("b").at("cache-to").as_array().size() == 2U);
  BOOST_TEST(world.bake({"--set", "b.cache-to=cachix:you", "b"}) == 0, world.err.text);
  BOOST_TEST(cache::to_string(world.requests.at(0).caches.to.at(0)) == "cachix:you");
  BOOST_TEST(world.bake({"--set", "b.cache-to=cachix:a b", "b"}) == 1);
  BOOST_TEST(world.err.text.contains("while reading the options of the target b"));
}

BOOST_AUTO_TEST_CASE(outputs_of_a_target) {
  BakeWorld world;
  world.put("nixbuild.json", R"({"target": {
      "a": {"tags": ["r.io/a"]},
      "b": {"tags": ["r.io/b"], "output": ["type=oci,dest=b.tar"]},
      "c": {"output": [{"type": "local", "dest": "out"}]}}})");
  const auto outputs = [&](std::size_t index) { return world.requests.at(index).outputs; };
  BOOST_TEST(world.bake({}) == 0, world.err.text);
  BOOST_TEST((outputs(0) == std::vector<pipeline::Output>{pipeline::LoadOutput{}}));
  BOOST_TEST(outputs(1).size() == 1U);
  BOOST_TEST(world.bake({"--push"}) == 0, world.err.text);
  BOOST_TEST((outputs(0) == std::vector<pipeline::Output>{pipeline::PushOutput{}}));
  BOOST_TEST(outputs(1).size() == 2U);
  BOOST_TEST(outputs(2).size() == 1U); // only files of an image
  BOOST_TEST(std::holds_alternative<pipeline::FileOutput>(outputs(2).front()));
}

BOOST_AUTO_TEST_CASE(set_print_and_list) {
  BakeWorld world;
  world.put("nixbuild.json", R"({"target": {"a": {"description": "One"}}})");
  BOOST_TEST(world.bake({"--set", "*.tags=x:1", "--print"}) == 0);
  BOOST_TEST(boost::json::parse(world.out.text) ==
             boost::json::parse(R"({"group": {"default": {"targets": ["a"]}},
                                    "target": {"a": {"description": "One", "tags": ["x:1"]}}})"));
  BOOST_TEST(world.requests.empty());
  BOOST_TEST(world.bake({"--list=targets"}) == 0);
  BOOST_TEST(world.out.text == "TARGET  DESCRIPTION\na       One\n");
  BOOST_TEST(world.bake({"--set=a.tags=x:1", "--builder=host"}) == 0);
  BOOST_TEST(tags_of(world.requests.at(0)) == "x:1");
  BOOST_TEST((world.requests.at(0).builder == pipeline::Builder::host));
}

BOOST_AUTO_TEST_CASE(metadata_of_each_target) {
  BakeWorld world;
  world.loads({testing::image_named({"x:1"})});
  world.put("nixbuild.json", R"({"target": {"b": {}, "a": {}}})");
  BOOST_TEST(world.bake({"--metadata-file", "m.json"}) == 0);
  const std::string text = read_file("m.json");
  BOOST_TEST(text.starts_with("{\n  \"a\": {\n    \"containerimage.config.digest\": "));
  BOOST_TEST(boost::json::parse(text).at("b").at("image.name") == "docker.io/library/x:1");
  BOOST_TEST(text.ends_with("}"));
}

BOOST_AUTO_TEST_CASE(services_of_a_compose_project) {
  BakeWorld world;
  world.put("compose.yaml", "");
  world.processes.on({"compose", "config"},
                     {.out = R"({"name": "p", "services": {"web": {"image": "web:1"}, "img":
          {"provider": {"type": "nixbuild", "options": {"installable": ["./x#i"], "tag": ["i:1", "i:2"]}}}},
          "x-nixbuild": {"web": {"installable": ".#web", "tag": "web:also"}}})"
                             "\n"});
  BOOST_TEST(world.bake({}) == 0, world.err.text);
  BOOST_TEST(world.names == (Words{"img", "web"}), boost::test_tools::per_element());
  BOOST_TEST(tags_of(world.requests[0]) == "i:1 i:2");
  BOOST_TEST(world.requests[0].installable == "./x#i");
  BOOST_TEST(tags_of(world.requests[1]) == "web:1 web:also");
  fs::create_directory(world.folder.path() / "below");
  fs::current_path(world.folder.path() / "below");
  BOOST_TEST(world.bake({"-f", "../compose.yaml", "web"}) == 0, world.err.text);
  BOOST_TEST(world.requests[0].installable == world.folder.path().string() + "#web");
}

BOOST_AUTO_TEST_CASE(images_of_a_flake) {
  BakeWorld world;
  world.put("flake.nix", "");
  world.flake_images = {"packages.x86_64-linux.web", "packages.x86_64-linux.default"};
  BOOST_TEST(world.bake({}) == 0, world.err.text);
  BOOST_TEST(world.names == Words{"web"}, boost::test_tools::per_element());
  BOOST_TEST(world.requests[0].installable == ".#packages.x86_64-linux.web");
}

BOOST_AUTO_TEST_CASE(refusals) {
  BakeWorld world;
  BOOST_TEST(world.bake({}) == 1);
  BOOST_TEST(world.err.text.contains("nothing here that says what to bake"));
  world.put("docker-bake.json", R"({"target": {"a": {"dockerfile": "Dockerfile"}, "b": {"tagz": []},
      "c": {"tags": ["x:1"]},
      "d": {"tags": ["x:1"], "platforms": ["linux/arm64"]}}})");
  BOOST_TEST(world.bake({"a"}) == 1);
  BOOST_TEST(world.err.text.contains("built from a Dockerfile"));
  BOOST_TEST(world.err.text.contains("target a"));
  BOOST_TEST(world.bake({"b"}) == 1);
  BOOST_TEST(world.err.text.contains("unknown option \"tagz\""));
  BOOST_TEST(world.bake({"c", "d"}) == 1);
  BOOST_TEST(world.err.text.contains("c and d both get the name x:1"));
  BOOST_TEST(world.bake({"--list=variables"}) == 1);
  BOOST_TEST(world.bake({"-f", "x.hcl"}) == 1);
  BOOST_TEST(world.err.text.contains("HCL"));
  BOOST_TEST(world.bake({"-f", "nothing.json"}) == 1);
  BOOST_TEST(world.requests.empty());
}

BOOST_AUTO_TEST_SUITE_END()
