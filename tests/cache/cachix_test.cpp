#include "archive/decompress.hpp"
#include "cache/cachix.hpp"
#include "cache/ed25519.hpp"
#include "cache/nar.hpp"
#include "cache/signing.hpp"
#include "cache_fixture.hpp"
#include "fakes/memory_stream.hpp"
#include "oci/digest.hpp"
#include "support/files.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <filesystem>

using namespace nixbuild;
using namespace nixbuild::cache;
using testing::check_error;
using testing::patience;
using testing::store_path;

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

// RFC 8032, 7.1, test 1.
const std::string signing_key = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/"
                                "tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
const std::string signature_of_nothing =
    "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw==";
const std::string api = "https://cachix.org/api/v1/cache/mine";
const std::string store = "https://store.example/";

// Cachix with one cache, "mine".
struct MemoryCachix {
  std::map<std::string, std::string> parts; // by the rest of the URL
  std::vector<json::object> completed;      // what was sent to /complete
  std::size_t aborted = 0;
  std::vector<std::string> present;               // hashes
  std::map<std::string, fakes::WebReply> instead; // answers to URLs that contain the key
  fakes::FakeWeb web{[this](const fakes::WebRequest& request) { return answer(request); }};

  fakes::WebReply answer(const fakes::WebRequest& request) {
    for (const auto& [part, reply] : instead)
      if (request.url.contains(part)) return reply;
    if (request.url.starts_with(store)) return put(request);
    if (request.header("Authorization") != "Bearer secret-token") return {.status = 401};
    if (!request.url.starts_with(api)) return {.status = 404};
    const std::string path = request.url.substr(api.size());
    if (path.empty())
      return {.body = R"({"name":"mine","uri":"https://mine.cachix.org","isPublic":false,
        "publicSigningKeys":["mine.cachix.org-1:a2V5"],"permission":"Write"})"};
    if (path == "/narinfo") return {.body = json::serialize(missing(request.body))};
    if (path == "/multipart-nar?compression=zst")
      return {.body = R"({"narId":"11-22","uploadId":"id/1"})"};
    if (path.contains("partNumber=")) {
      const std::string number = path.substr(path.rfind('=') + 1);
      return {.body = json::serialize(json::object{{"uploadUrl", store + number}})};
    }
    if (path == "/multipart-nar/11-22/complete?uploadId=id%2F1") {
      completed.push_back(json::parse(request.body).as_object());
      return {};
    }
    if (path.contains("/abort?")) ++aborted;
    return {};
  }

  fakes::WebReply put(const fakes::WebRequest& request) {
    BOOST_TEST(request.header("Authorization").empty());
    BOOST_TEST(request.header("Content-MD5") == content_md5(request.body));
    parts[request.url.substr(store.size())] = request.body;
    return {.headers = {{"ETag", "tag" + request.url.substr(store.size())}}};
  }

  [[nodiscard]] json::array missing(const std::string& body) const {
    json::array missing;
    const json::value all = json::parse(body);
    for (const json::value& hash : all.as_array())
      if (std::ranges::find(present, std::string_view(hash.as_string())) == present.end())
        missing.push_back(hash);
    return missing;
  }
};

std::string nar_of_text(const std::string& text) {
  const TempDir folder;
  write_file_atomically(folder.path() / "x", text);
  fakes::MemorySink sink;
  write_nar(folder.path() / "x", sink, {});
  return sink.text;
}

struct Fixture : MemoryCachix {
  std::string content = nar_of_text("hello");
  nix::Closure closure{.paths = {{.path = store_path('a', "app"),
                                  .nar_hash = std::string(oci::Digest::of(content).hex()),
                                  .nar_size = content.size(),
                                  .deriver = store_path('d', "app.drv"),
                                  .references = {1},
                                  .refers_to_itself = true},
                                 {.path = store_path('b', "lib"),
                                  .nar_hash = std::string(oci::Digest::of(content).hex()),
                                  .nar_size = content.size(),
                                  .deriver = {},
                                  .references = {}}},
                       .roots = {0}};
  CachixLogin login{.token = "secret-token", .signing_keys = {}, .any_signing_key = {}};
  NarOf nar = [this](const nix::ClosurePath&, archive::Sink& sink) {
    sink.write(std::as_bytes(std::span(content)));
  };

  [[nodiscard]] Cachix open(std::size_t part_size = Cachix::usual_part_size) {
    return {web, login, sign, patience(), part_size};
  }
  void push(const CancelToken& cancel = {}) {
    push_to_cachix(open(), "mine", closure, nar,
                   {.counted = [](auto, auto) {}, .sent = [](const auto&, auto) {}}, cancel);
  }
};

std::string decompressed(const std::string& data) {
  const auto plain =
      archive::decompress(std::make_unique<fakes::MemorySource>(data), archive::Compression::zstd);
  fakes::MemorySink sink;
  archive::copy(*plain, sink);
  return sink.text;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(cachix, Fixture)

BOOST_AUTO_TEST_CASE(what_a_cache_is) {
  const CachixCache cache = open().cache("mine", {});
  BOOST_TEST(cache.uri == "https://mine.cachix.org");
  BOOST_TEST(!cache.is_public);
  BOOST_TEST((cache.public_keys == std::vector<std::string>{"mine.cachix.org-1:a2V5"}));
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_sent) {
  present = {std::string(32, 'b')};
  std::vector<std::size_t> counts;
  std::vector<std::string> sent;
  push_to_cachix(open(), "mine", closure, nar,
                 {.counted = [&](auto missing, auto all) { counts = {missing, all}; },
                  .sent = [&](const auto& path, auto) { sent.push_back(path.path); }},
                 {});
  BOOST_TEST((counts == std::vector<std::size_t>{1, 2}));
  BOOST_TEST((sent == std::vector{closure.paths[0].path}));
  BOOST_REQUIRE(completed.size() == 1U);
  BOOST_TEST(decompressed(parts.at("1")) == content);
  const json::object& info = completed[0].at("narInfoCreate").as_object();
  BOOST_TEST(info.at("cStoreHash").as_string() == std::string(32, 'a'));
  BOOST_TEST(info.at("cStoreSuffix").as_string() == "app");
  BOOST_TEST(info.at("cNarHash").as_string() ==
             "sha256:" + nix_base32(oci::Digest::of(content).hex()));
  BOOST_TEST(info.at("cNarSize").as_int64() == static_cast<std::int64_t>(content.size()));
  BOOST_TEST(info.at("cFileHash").as_string() == oci::Digest::of(parts.at("1")).hex());
  BOOST_TEST(info.at("cFileSize").as_int64() == static_cast<std::int64_t>(parts.at("1").size()));
  BOOST_TEST((info.at("cReferences") ==
              json::array{std::string(32, 'a') + "-app", std::string(32, 'b') + "-lib"}));
  BOOST_TEST(info.at("cDeriver").as_string() == std::string(32, 'd') + "-app.drv");
  BOOST_TEST(info.at("cSig").is_null());
  BOOST_TEST(
      (completed[0].at("parts") == json::array{json::object{{"partNumber", 1}, {"eTag", "tag1"}}}));
  BOOST_TEST(aborted == 0U);
}

BOOST_AUTO_TEST_CASE(parts_in_their_order) {
  (void)open(7).upload("mine", closure, closure.paths[1], nar, {});
  const json::array& told = completed.at(0).at("parts").as_array();
  BOOST_REQUIRE(told.size() == parts.size());
  BOOST_TEST(told.size() > 4U);
  std::string whole;
  for (std::size_t i = 0; i < told.size(); ++i) {
    BOOST_TEST(told[i].at("partNumber").as_int64() == static_cast<std::int64_t>(i + 1));
    whole += parts.at(std::to_string(i + 1));
  }
  BOOST_TEST(decompressed(whole) == content);
  BOOST_TEST(completed[0].at("narInfoCreate").at("cDeriver").as_string() == "unknown-deriver");
}

BOOST_AUTO_TEST_CASE(signed_where_there_is_a_key) {
  login.signing_keys["mine"] = signing_key;
  (void)open().upload("mine", closure, closure.paths[0], nar, {});
  BOOST_TEST(completed.at(0).at("narInfoCreate").at("cSig").as_string() ==
             sign(fingerprint(closure, closure.paths[0]), signing_key));
  login.signing_keys["mine"] = "nonsense-secret";
  try {
    (void)open().upload("mine", closure, closure.paths[0], nar, {});
    BOOST_TEST(false);
  } catch (const Error& error) {
    BOOST_TEST(!error.message().contains("secret"));
  }
  BOOST_TEST(aborted == 1U);
}

BOOST_AUTO_TEST_CASE(a_path_that_is_damaged_is_not_offered) {
  closure.paths[0].nar_hash = std::string(64, '0');
  check_error([&] { push(); }, ErrorKind::corrupt, closure.paths[0].path);
  BOOST_TEST(aborted == 1U);
}

BOOST_AUTO_TEST_CASE(tokens_that_do_not_count) {
  login.token = "expired";
  check_error([&] { push(); }, ErrorKind::refused, "expired");
  login.token.clear();
  check_error([&] { push(); }, ErrorKind::refused, "wants a token");
  login.token = "secret-token";
  check_error([&] { (void)open().cache("other", {}); }, ErrorKind::not_found, "no cache other");
}

BOOST_AUTO_TEST_CASE(answers_that_are_none) {
  const auto check = [&](const std::string& url, const fakes::WebReply& reply, ErrorKind kind) {
    instead = {{url, reply}};
    BOOST_TEST_CONTEXT(url) check_error([&] { push(); }, kind);
  };
  check("/narinfo", {.body = "<html>"}, ErrorKind::corrupt);
  check("/narinfo", {.body = "{}"}, ErrorKind::corrupt);
  check("/narinfo", {.status = 500}, ErrorKind::unavailable);
  check("/narinfo", {.body = std::string(std::size_t{17} << 20U, ' ')}, ErrorKind::corrupt);
  check("multipart-nar?", {.body = "{\"narId\":1}"}, ErrorKind::corrupt);
  check("partNumber", {.body = "{\"uploadUrl\":\"http://store.example/1\"}"}, ErrorKind::refused);
  check("partNumber", {.body = "{\"uploadUrl\":\"file:///etc/passwd\"}"}, ErrorKind::refused);
  check(store, {.status = 403}, ErrorKind::refused);
  check(store, {.status = 200}, ErrorKind::refused); // no ETag
  check("/complete", {.status = 400}, ErrorKind::refused);
  BOOST_TEST(completed.empty());
  BOOST_TEST(aborted > 0U);
  for (const std::string body :
       {"[]", "{}", R"({"uri":"https://a b","isPublic":true,"publicSigningKeys":[]})",
        R"({"uri":"file:///x","isPublic":true,"publicSigningKeys":[]})",
        R"({"uri":"https://a","isPublic":true,"publicSigningKeys":["k:1 evil:2"]})"}) {
    instead = {{api, {.body = body}}};
    BOOST_TEST_CONTEXT(body)
    check_error([&] { (void)open().cache("mine", {}); }, ErrorKind::corrupt);
  }
}

BOOST_AUTO_TEST_CASE(what_passes_is_tried_again) {
  for (std::size_t request = 0; request < 6; ++request) {
    MemoryCachix fresh;
    fresh.web.cut = fakes::FakeWeb::Cut{.request = request};
    const Cachix cut(fresh.web, login, sign, patience());
    push_to_cachix(cut, "mine", {.paths = {closure.paths[1]}, .roots = {0}}, nar,
                   {.counted = [](auto, auto) {}, .sent = [](const auto&, auto) {}}, {});
    BOOST_TEST(fresh.completed.size() == 1U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(signing)

BOOST_AUTO_TEST_CASE(ed25519) {
  BOOST_TEST(sign("", signing_key) == signature_of_nothing);
  BOOST_TEST(sign("", "mine-1:" + signing_key) == signature_of_nothing);
  for (const std::string key : {"", "AAAA", "!", "mine-1:"})
    check_error([&] { (void)sign("", key); }, ErrorKind::invalid_input);
}

BOOST_AUTO_TEST_CASE(hashes) {
  BOOST_TEST(nix_base32(oci::Digest::of("").hex()) ==
             "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73");
  BOOST_TEST(content_md5("hello") == "XUFAKrxLKna5cZ2REBfFkg==");
}

BOOST_AUTO_TEST_CASE(fingerprints) {
  const nix::Closure closure{
      .paths = {{.path = store_path('b', "x"),
                 .nar_hash = std::string(oci::Digest::of("").hex()),
                 .nar_size = 5,
                 .deriver = {},
                 .references = {1},
                 .refers_to_itself = true},
                {.path = store_path('c', "y"), .nar_hash = {}, .deriver = {}, .references = {}}},
      .roots = {0}};
  BOOST_TEST(fingerprint(closure, closure.paths[0]) ==
             format("1;{0};sha256:0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73;5;{0},{1}",
                    store_path('b', "x"), store_path('c', "y")));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(nars)

BOOST_AUTO_TEST_CASE(a_file) {
  const auto word = [](const std::string& text) {
    std::string bytes(8, '\0');
    bytes[0] = static_cast<char>(text.size());
    return bytes + text + std::string((8 - text.size() % 8) % 8, '\0');
  };
  BOOST_TEST(nar_of_text("hi") == word("nix-archive-1") + word("(") + word("type") +
                                      word("regular") + word("contents") + word("hi") + word(")"));
}

BOOST_AUTO_TEST_CASE(a_tree) {
  const TempDir folder;
  const fs::path top = folder.path() / "top";
  fs::create_directories(top / "empty");
  write_file_atomically(top / "b", std::string(1'000'000, 'x'));
  write_file_atomically(top / "B", "");
  fs::permissions(top / "B", fs::perms::owner_all);
  fs::create_symlink("b", top / "a");
  fakes::MemorySink sink;
  write_nar(top, sink, {});
  const std::string nar = sink.text;
  BOOST_TEST(nar.size() % 8 == 0U);
  BOOST_TEST(nar.find("executable") < nar.find("symlink")); // B, a, b, empty
  BOOST_TEST(nar.find("symlink") < nar.find("xxxx"));
  BOOST_TEST(nar.find("xxxx") < nar.find("empty"));
}

BOOST_AUTO_TEST_CASE(what_is_not_there) {
  fakes::MemorySink sink;
  check_error([&] { write_nar("/nonexistent/x", sink, {}); }, ErrorKind::not_found);
  check_error([&] { write_nar("/dev/null", sink, {}); }, ErrorKind::corrupt);
}

BOOST_AUTO_TEST_SUITE_END()
