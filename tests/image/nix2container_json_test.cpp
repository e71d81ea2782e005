#include "image/nix2container_config.hpp"
#include "image/nix2container_json.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace image = nixbuild::image;
using nixbuild::Error;

namespace {

constexpr std::string_view full_json = R"({
  "version": 1,
  "image-config": {
    "user": "1000:100",
    "exposedports": {"80/tcp": {}, "443/tcp": null, "053/udp": {"ignored": 1}},
    "ENV": ["PATH=/bin", "A=<b>&é\u2028", null],
    "Entrypoint": ["/bin/tini", "--"],
    "cmd": ["a b"],
    "Volumes": {"/data": {}},
    "WorkingDir": "/w",
    "Labels": {"z": "1", "a\"": "2", "Ä": null},
    "StopSignal": "SIGTERM",
    "ArgsEscaped": true,
    "Healthcheck": {"Test": ["NONE"]},
    "Memory": 1
  },
  "layers": [
    {"digest": "sha256:b588fc38890db8b405bd0105be69694cb4d49536db2e4b5c4fe1657da3384838",
     "size": 24064,
     "diff_ids": "sha256:b588fc38890db8b405bd0105be69694cb4d49536db2e4b5c4fe1657da3384838",
     "paths": [{"path": "/tmp/vec/p1"}, {"path": "/tmp/vec/p2"}],
     "mediatype": "application/vnd.oci.image.layer.v1.tar",
     "History": {"created": "2024-05-06T07:08:09.100+02:00", "created_by": "nix2container",
                 "author": "<me>", "comment": "c", "empty_layer": false}},
    {"digest": "sha256:0de0df1c1d9a118adb5109fb61e5e17cfc80531ce8c5a0f820554cc8a7251a23",
     "size": 2560,
     "diff_ids": "sha256:0de0df1c1d9a118adb5109fb61e5e17cfc80531ce8c5a0f820554cc8a7251a23",
     "paths": [{"path": "/tmp/vec/p2", "options": {
        "rewrite": {"regex": "^/tmp/vec/p2", "repl": "/"},
        "perms": [{"regex": ".*", "mode": "0755", "uid": 1, "gid": 2, "uname": "u", "gname": "g"},
                  {"regex": "x"}]}}],
     "layer-path": "/tmp/vec/p3",
     "History": {}}
  ],
  "arch": "arm64",
  "created": "2024-01-01T00:00:00Z"
})";

std::vector<std::string> diff_ids_of(const image::Nix2ContainerJson& json) {
  std::vector<std::string> ids;
  ids.reserve(json.layers.size());
  for (const auto& layer : json.layers)
    ids.push_back(layer.diff_id);
  return ids;
}

std::string config_of(std::string_view text) {
  const auto json = image::parse_nix2container_json(text, "image.json");
  return image::nix2container_config(json, diff_ids_of(json));
}

std::string with(std::string_view member) {
  return R"({"version": 1, "image-config": {}, )" + std::string(member) + "}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(nix2container_json)

// The texts are what GetConfigBlob of nix2container (20d3395) with image-spec 1.1.1 makes of the
// same JSON.
BOOST_AUTO_TEST_CASE(config_is_nix2container_s) {
  BOOST_TEST(config_of(full_json) ==
             R"({"created":"2024-01-01T00:00:00Z","architecture":"arm64","os":"linux","config":{)"
             R"("User":"1000:100","ExposedPorts":{"053/udp":{},"443/tcp":{},"80/tcp":{}},)"
             R"("Env":["PATH=/bin","A=\u003cb\u003e\u0026é\u2028",""],)"
             R"("Entrypoint":["/bin/tini","--"],"Cmd":["a b"],"Volumes":{"/data":{}},)"
             R"("WorkingDir":"/w","Labels":{"a\"":"2","z":"1","Ä":""},"StopSignal":"SIGTERM",)"
             R"("ArgsEscaped":true},"rootfs":{"type":"layers","diff_ids":[)"
             R"("sha256:b588fc38890db8b405bd0105be69694cb4d49536db2e4b5c4fe1657da3384838",)"
             R"("sha256:0de0df1c1d9a118adb5109fb61e5e17cfc80531ce8c5a0f820554cc8a7251a23"]},)"
             R"("history":[{"created":"2024-05-06T07:08:09.1+02:00","created_by":"nix2container",)"
             R"("author":"\u003cme\u003e","comment":"c"},{}]})");
}

BOOST_AUTO_TEST_CASE(empty_config_is_written_as_such) {
  BOOST_TEST(config_of(with(
                 R"("layers": [{"diff_ids": "sha256:00"}], "arch": "amd64", "created": null)")) ==
             R"({"architecture":"amd64","os":"linux","config":{},)"
             R"("rootfs":{"type":"layers","diff_ids":["sha256:00"]},"history":[{}]})");
}

BOOST_AUTO_TEST_CASE(layers_are_read_with_their_options) {
  const auto json = image::parse_nix2container_json(full_json, "image.json");
  BOOST_REQUIRE(json.layers.size() == 2U);
  BOOST_TEST(json.layers[0].size == 24064U);
  BOOST_REQUIRE(json.layers[0].paths.size() == 2U);
  BOOST_TEST(json.layers[0].paths[1].path == "/tmp/vec/p2");
  BOOST_TEST(json.layers[0].file.empty());
  BOOST_TEST(json.layers[1].file == "/tmp/vec/p3");
  const image::Nix2ContainerPath& path = json.layers[1].paths.at(0);
  BOOST_TEST(path.rewrite_regex == "^/tmp/vec/p2");
  BOOST_TEST(path.rewrite_replacement == "/");
  BOOST_REQUIRE(path.permissions.size() == 2U);
  const image::Nix2ContainerPermission expected{
      .regex = ".*", .mode = "0755", .uid = 1, .gid = 2, .uname = "u", .gname = "g"};
  BOOST_TEST((path.permissions[0] == expected));
  BOOST_TEST(path.permissions[1].regex == "x");
}

BOOST_AUTO_TEST_CASE(wrong_values_are_refused_by_name) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"version": 2, "image-config": {}})", "version 2"},
      {R"({"version": "1", "image-config": {}})", "version"},
      {R"({"version": 1, "image-config": [])", "JSON"},
      {R"([])", "the document"},
      {R"({"version": 1, "image-config": []})", "image-config"},
      {R"({"version": 1, "image-config": {"Env": "A=1"}})", "image-config.Env"},
      {R"({"version": 1, "image-config": {"ExposedPorts": {"80": 1}}})", "ExposedPorts.80"},
      {R"({"version": 1, "image-config": {"Labels": {"a": 1}}})", "Labels.a"},
      {with(R"("layers": {})"), "layers"},
      {with(R"("layers": [1])"), "layers[0]"},
      {with(R"("layers": [{"size": -1}])"), "layers[0].size"},
      {with(R"("layers": [{"size": 1.5}])"), "layers[0].size"},
      {with(R"("layers": [{"size": 99999999999999999999}])"), "layers[0].size"},
      {with(R"("layers": [{"paths": [{"path": 1}]}])"), "layers[0].paths[0].path"},
      {with(R"("layers": [{"paths": [{"path": "x", "options": {"perms": [{"uid": -1}]}}]}])"),
       "options.perms[0].uid"},
      {with(R"("layers": [{"History": {"created": "yesterday"}}])"), "History.created"},
      {with(R"("created": "yesterday")"), "created"},
      {with(R"("layers": )" + std::string(100000, '[')), "JSON"},
  };
  for (const auto& [text, word] : cases) {
    BOOST_TEST_INFO(text.substr(0, 100));
    BOOST_CHECK_EXCEPTION((void)image::parse_nix2container_json(text, "image.json"), Error,
                          [&](const Error& error) {
                            BOOST_TEST_INFO(error.message());
                            return error.kind() == nixbuild::ErrorKind::corrupt &&
                                   error.message().find("image.json") != std::string::npos &&
                                   error.message().find(word) != std::string::npos;
                          });
  }
}

BOOST_AUTO_TEST_CASE(text_cut_anywhere_is_refused) {
  for (std::size_t length = 0; length < full_json.size(); ++length) {
    BOOST_CHECK_THROW(
        (void)image::parse_nix2container_json(full_json.substr(0, length), "image.json"), Error);
  }
}

BOOST_AUTO_TEST_CASE(is_told_from_other_json_by_its_keys) {
  BOOST_TEST(image::is_nix2container_json(full_json));
  BOOST_TEST(!image::is_nix2container_json(R"({"version": 1})"));
  BOOST_TEST(!image::is_nix2container_json(R"({"store_layers": [], "config": {}})"));
  BOOST_TEST(!image::is_nix2container_json(R"({"version": 1, "image-config": {})"));
  BOOST_TEST(!image::is_nix2container_json(""));
}

BOOST_AUTO_TEST_SUITE_END()
