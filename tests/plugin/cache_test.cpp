#include "fakes/fake_web.hpp"
#include "plugin/cache_commands.hpp"
#include "plugin/fake_world.hpp"
#include "support/files.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>

#include <unistd.h>

using namespace nixbuild;
using namespace nixbuild::plugin;
using cache::CacheName;
using Texts = std::vector<std::string>;

namespace {

const std::string hello = "/nix/store/" + std::string(32, 'a') + "-hello-2.12";
const std::string glibc = "/nix/store/" + std::string(32, 'b') + "-glibc-2.39";

struct CacheWorld : testing::FakeWorld {
  TempDir home;
  fakes::FakeWeb cachix{[](const fakes::WebRequest&) {
    return fakes::WebReply{.body = R"({"uri":"https://me.cachix.org","isPublic":false,
      "publicSigningKeys":["me.cachix.org-1:a2V5"]})"};
  }};

  CacheWorld() {
    variables["HOME"] = home.path().string();
    web = &cachix;
  }

  // What reaches the pipeline.
  pipeline::BuildRequest built(const Texts& arguments) {
    BOOST_TEST(run(arguments) == 0, err.text);
    return requests.back();
  }

  // Runs with `text` on standard input.
  int run_with(const std::string& text, const Texts& arguments) {
    Pipe pipe = make_pipe();
    BOOST_REQUIRE(::write(pipe.write.get(), text.data(), text.size()) ==
                  static_cast<ssize_t>(text.size()));
    pipe.write.reset();
    standard_input = pipe.read.get();
    return run(arguments);
  }

  [[nodiscard]] std::string file(const std::string& name) const {
    return read_file(home.path() / name);
  }
};

Texts told(const std::vector<CacheName>& caches) {
  Texts texts;
  for (const CacheName& one : caches)
    texts.push_back(cache::to_string(one));
  return texts;
}

pipeline::CacheCheck some_check() {
  return {.installable = ".#hello",
          .path = hello,
          .is_here = true,
          .lookup = {.wanted = {hello, glibc},
                     .caches = {{.cache = "https://c.example",
                                 .paths = 1,
                                 .download_bytes = 1000,
                                 .nar_bytes = 5000,
                                 .failure = {}},
                                {.cache = "https://d",
                                 .failure = Error(ErrorKind::unavailable, "nobody is there")}},
                     .missing = {glibc}}};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(cache_command, CacheWorld)

BOOST_AUTO_TEST_CASE(options_of_build) {
  const auto request = built({"build", "--cache-from", "https://c", "--cache-from=cachix:me",
                              "--cache-to", "file:///x", "--allow-ignored-caches", ".#a"});
  BOOST_TEST((told(request.caches.from) == Texts{"https://c", "cachix:me"}));
  BOOST_TEST((told(request.caches.to) == Texts{"file:///x"}));
  BOOST_TEST(request.nix.allow_ignored_caches);
  BOOST_TEST(!request.caches.only);
  BOOST_TEST(built({"--cache-to", "file:///x", "--no-push", ".#a"}).caches.to.empty());
}

BOOST_AUTO_TEST_CASE(environment) {
  variables["NIXBUILD_CACHE_FROM"] = "https://c cachix:me";
  variables["NIXBUILD_CACHE_TO"] = "/x";
  const auto request = built({".#a"});
  BOOST_TEST((told(request.caches.from) == Texts{"https://c", "cachix:me"}));
  BOOST_TEST((told(request.caches.to) == Texts{"file:///x"}));
  variables["NIXBUILD_CACHE_NO_PUSH"] = "1";
  BOOST_TEST(built({".#a"}).caches.to.empty());
}

BOOST_AUTO_TEST_CASE(the_name_at_cachix) {
  variables["CACHIX_NAME"] = "me";
  BOOST_TEST((told(built({".#a"}).caches.from) == Texts{"cachix:me"}));
  BOOST_TEST(built({".#a"}).caches.to.empty()); // there is no token
  variables["CACHIX_AUTH_TOKEN"] = "token";
  BOOST_TEST((told(built({".#a"}).caches.to) == Texts{"cachix:me"}));
  BOOST_TEST(built({"--no-push", ".#a"}).caches.to.empty());
  const auto other = built({"--cache-from", "https://c", ".#a"});
  BOOST_TEST((told(other.caches.from) == Texts{"https://c"}));
  BOOST_TEST(other.caches.to.empty());
}

BOOST_AUTO_TEST_CASE(what_names_no_cache) {
  BOOST_TEST(run({"--cache-from", "type=gha", ".#a"}) == 1);
  BOOST_TEST(err.text.contains("type=gha"));
  BOOST_TEST(requests.empty());
}

BOOST_AUTO_TEST_CASE(push) {
  on_build = [](pipeline::World&) {
    pipeline::BuildReport report;
    report.store_paths = {hello};
    return report;
  };
  const auto request = built({"cache", "push", "--cache-to", "https://me:secret@c", ".#hello"});
  BOOST_TEST(request.caches.only);
  BOOST_TEST(request.outputs.empty());
  BOOST_TEST(request.installable == ".#hello");
  BOOST_TEST(out.text == "Pushed " + hello + " to https://c\n");
  BOOST_TEST(run({"cache", "push", ".#hello"}) == 1);
  BOOST_TEST(err.text.contains("--cache-to"));
  BOOST_TEST(built({"cache", "push", "--cache-to", "/x", "--vm-image", "github:a/b"}).installable ==
             "github:a/b#packages.aarch64-linux.image");
}

BOOST_AUTO_TEST_CASE(check_for_people) {
  BOOST_TEST(cache_check_text(some_check()) ==
             hello + "\n"
                     "Its closure is known from this machine's store.\n"
                     "\n"
                     "CACHE              PATHS         DOWNLOAD    UNPACKED\n"
                     "https://c.example  1 of 2        1.00kB      5.00kB\n"
                     "https://d          nobody is there\n"
                     "\n"
                     "In no cache: 1 of 2 paths\n"
                     "  glibc-2.39\n");
  const pipeline::CacheCheck alone{
      .installable = {},
      .path = {},
      .lookup = {.wanted = {}, .caches = {{.cache = "https://c", .failure = {}}}, .missing = {}}};
  BOOST_TEST(cache_check_text(alone) == "https://c  is there\n");
}

BOOST_AUTO_TEST_CASE(check_tells_what_changes_a_hash) {
  pipeline::CacheCheck check = some_check();
  check.dirty = {.changed = 3, .untracked = 2, .other_derivation = true};
  BOOST_TEST(cache_check_text(check).contains("They change what is built"));
  BOOST_TEST(cache_check_text(check).contains("does not see them: 2."));
  check.dirty->other_derivation = false;
  BOOST_TEST(cache_check_text(check).contains("They change nothing"));
  check.dirty->other_derivation.reset();
  BOOST_TEST(cache_check_text(check).contains("lastModified"));
  check.dirty = {.changed = 0, .untracked = 1};
  BOOST_TEST(!cache_check_text(check).contains("not committed"));
  const auto json = boost::json::parse(cache_check_json(check));
  BOOST_TEST(json.at("git").at("untracked").as_int64() == 1);
}

BOOST_AUTO_TEST_CASE(check_for_scripts) {
  const auto json = boost::json::parse(cache_check_json(some_check()));
  BOOST_TEST(json.at("path").as_string() == hello);
  BOOST_TEST(json.at("paths").as_int64() == 2);
  BOOST_TEST(json.at("caches").at(0).at("downloadBytes").as_int64() == 1000);
  BOOST_TEST(json.at("caches").at(1).at("error").as_string() == "nobody is there");
  BOOST_TEST(json.at("missing").at(0).as_string() == glibc);
}

BOOST_AUTO_TEST_CASE(check_answers_by_its_status) {
  const fakes::WebReply there{.body = "StoreDir: /nix/store\n"};
  fakes::FakeWeb good([&](const fakes::WebRequest&) { return there; });
  web = &good;
  BOOST_TEST(run({"cache", "check", "--cache-from", "https://c"}) == 0);
  BOOST_TEST(out.text == "https://c  is there\n");
  fakes::FakeWeb bad([](const fakes::WebRequest&) { return fakes::WebReply{.status = 404}; });
  web = &bad;
  BOOST_TEST(run({"cache", "check", "--cache-from", "https://c"}) == 1);
  BOOST_TEST(out.text.contains("no binary cache"));
}

BOOST_AUTO_TEST_CASE(use) {
  const std::string lines = "extra-substituters = https://me.cachix.org\nextra-trusted-public-keys "
                            "= me.cachix.org-1:a2V5\n";
  BOOST_TEST(run({"cache", "use", "--print", "cachix:me"}) == 0);
  BOOST_TEST(out.text == lines);
  variables["CACHIX_AUTH_TOKEN"] = "secret-token";
  BOOST_TEST(run({"cache", "use", "cachix:me"}) == 0);
  BOOST_TEST(file(".config/nix/nix.conf").starts_with(lines));
  BOOST_TEST(file(".config/nix/netrc") == "machine me.cachix.org password secret-token\n");
  BOOST_TEST(!out.text.contains("secret"));
  BOOST_TEST(run({"cache", "use", "--key", "c:1", "https://c"}) == 0);
  BOOST_TEST(
      file(".config/nix/nix.conf").ends_with("= https://c\nextra-trusted-public-keys = c:1\n"));
  BOOST_TEST(run({"cache", "use", "https://me:secret@c"}) == 1);
  BOOST_TEST(!err.text.contains("secret"));
  BOOST_TEST(run({"cache", "use", "--key", "nonsense", "https://c"}) == 1);
  BOOST_TEST(run({"cache", "use"}) == 1);
}

BOOST_AUTO_TEST_CASE(login) {
  BOOST_TEST(run_with(" secret-token\n", {"cache", "login", "cachix:me"}) == 0);
  BOOST_TEST(file(".config/cachix/cachix.dhall").contains("authToken = \"secret-token\""));
  BOOST_TEST(!out.text.contains("secret"));
  BOOST_TEST(run_with("word", {"cache", "login", "--username", "me", "https://c"}) == 0);
  BOOST_TEST(file(".config/nix/netrc") == "machine c login me password word\n");
  BOOST_TEST(run_with("other-token", {"cache", "login", "cachix-cli:me"}) == 0);
  BOOST_TEST(file(".config/cachix/cachix.dhall").contains("other-token"));
  BOOST_TEST(run_with("secret-token", {"cache", "login", "cachix:"}) == 0);
  for (const std::string text : {"", "\n", "two\nlines", "two words"}) {
    BOOST_TEST_CONTEXT(text) BOOST_TEST(run_with(text, {"cache", "login", "cachix"}) == 1);
  }
  BOOST_TEST(file(".config/cachix/cachix.dhall").contains("secret-token"));
  BOOST_TEST(run_with("x", {"cache", "login", "s3://b"}) == 1);
  BOOST_TEST(run_with("x", {"cache", "login", "attic:me"}) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
