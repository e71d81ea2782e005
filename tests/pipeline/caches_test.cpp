#include "cache/netrc.hpp"
#include "fakes/fake_web.hpp"
#include "fakes/memory_stream.hpp"
#include "nix/registration.hpp"
#include "pipeline/build_messages.hpp"
#include "pipeline/cache_check.hpp"
#include "pipeline/cache_session.hpp"
#include "pipeline/caches.hpp"
#include "pipeline/cachix_relay.hpp"
#include "pipeline/dirty_tree.hpp"
#include "pipeline/pipeline_world.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::pipeline;
using cache::CacheName;
using cache::parse_cache_name;
using Texts = std::vector<std::string>;

namespace {

struct Caches : tests::PipelineWorld {
  fakes::WebReply cachix{.body = R"({"uri":"https://me.cachix.org","isPublic":true,
    "publicSigningKeys":["me.cachix.org-1:a2V5"]})"};
  fakes::FakeWeb web{[this](const fakes::WebRequest&) { return cachix; }};

  Caches() { world.web = &web; }

  BuildRequest resolved(const Texts& from, const Texts& to = {}, bool offline = false) {
    BuildRequest request;
    request.nix.offline = offline;
    for (const std::string& name : from)
      request.caches.from.push_back(parse_cache_name(name));
    for (const std::string& name : to)
      request.caches.to.push_back(parse_cache_name(name));
    return with_caches(request, world, {});
  }

  nix::Options carried(const std::string& conf, nix::Options options = {}) {
    put(".config/nix/nix.conf", conf);
    const Environment own({{"HOME", folder.path().string()},
                           {"NIX_CONF_DIR", (folder.path() / "etc").string()},
                           {"XDG_CONFIG_DIRS", "/nonexistent"}});
    carry_own_caches(options, own);
    return options;
  }
};

template <class Operation>
void check_error(const Operation& operation, ErrorKind kind) {
  BOOST_CHECK_EXCEPTION(operation(), Error,
                        [&](const Error& error) { return error.kind() == kind; });
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(caches, Caches)

BOOST_AUTO_TEST_CASE(logins_leave_the_addresses) {
  const BuildRequest request = resolved({"https://me:se%20cret@c.example", "s3://b?region=x"},
                                        {"http://you:other@d.example/x", "ssh-ng://me@host"});
  BOOST_TEST((request.nix.caches == Texts{"https://c.example", "s3://b?region=x"}));
  BOOST_TEST(cache::find_in_netrc(request.nix.netrc, "c.example")->password == "se cret");
  BOOST_TEST(!cache::find_in_netrc(request.nix.netrc, "d.example"));
  BOOST_TEST(request.caches.to[0].name == "http://d.example/x");
  BOOST_TEST(request.caches.to[1].name == "ssh-ng://me@host");
  BOOST_TEST(cache::find_in_netrc(request.caches.netrc, "d.example")->password == "other");
  BOOST_TEST(request.caches.from.empty());
}

BOOST_AUTO_TEST_CASE(cachix_is_asked) {
  const BuildRequest request = resolved({"cachix:me"}, {"https://me.cachix.org"});
  BOOST_TEST((request.nix.caches == Texts{"https://me.cachix.org"}));
  BOOST_TEST((request.nix.cache_keys == Texts{"me.cachix.org-1:a2V5"}));
  BOOST_TEST(request.nix.netrc.empty());
  BOOST_TEST((request.caches.to[0] == CacheName{CacheName::Kind::cachix, "me"}));
  BOOST_TEST(web.requests().at(0).url == "https://cachix.org/api/v1/cache/me");
}

BOOST_AUTO_TEST_CASE(private_ones_of_cachix_need_the_token) {
  put(".config/cachix/cachix.dhall", "{ authToken = \"secret\" }");
  cachix.body = R"({"uri":"https://me.cachix.org","isPublic":false,"publicSigningKeys":[]})";
  const BuildRequest request = resolved({"cachix:me"});
  BOOST_TEST(request.nix.netrc == "machine me.cachix.org password secret\n");
  cachix = {.status = 404};
  check_error([&] { (void)resolved({"cachix:me"}); }, ErrorKind::not_found);
}

BOOST_AUTO_TEST_CASE(nobody_is_asked_offline) {
  BOOST_TEST((resolved({"cachix:me"}, {}, true).nix.caches == Texts{"https://me.cachix.org"}));
  BOOST_TEST(web.requests().empty());
}

BOOST_AUTO_TEST_CASE(the_program_of_cachix_is_for_pushing_alone) {
  const BuildRequest request = resolved({"cachix-cli:me"}, {"cachix-cli:me"});
  BOOST_TEST((request.nix.caches == Texts{"https://me.cachix.org"}));
  BOOST_TEST((request.caches.to[0].kind == CacheName::Kind::cachix_cli));
}

BOOST_AUTO_TEST_CASE(attic_is_read_by_its_address) {
  check_error([&] { (void)resolved({"attic:me"}); }, ErrorKind::invalid_input);
  BOOST_TEST((resolved({}, {"attic:me"}).caches.to[0].kind == CacheName::Kind::attic));
}

BOOST_AUTO_TEST_CASE(the_own_ones_go_along) {
  const nix::Options options =
      carried("extra-substituters = https://c.example http://localhost:1 file:///x\n"
              "extra-trusted-public-keys = c:1\n");
  BOOST_TEST((options.settings == std::vector<std::pair<std::string, std::string>>{
                                      {"extra-substituters", "https://c.example"},
                                      {"extra-trusted-public-keys", "c:1"}}));
  BOOST_TEST(options.caches.empty()); // they may be left out
  BOOST_TEST(carried("max-jobs = 1\n").settings.empty());
}

BOOST_AUTO_TEST_CASE(their_logins_go_along) {
  const auto netrc = put("netrc", "machine c.example password secret\nmachine x password other\n");
  const std::string line = format("netrc-file = {}\n", netrc.string());
  BOOST_TEST(carried(line + "extra-substituters = https://c.example\n").netrc ==
             "machine c.example password secret\n");
  BOOST_TEST(carried(line, {.caches = {"https://c.example"}}).netrc ==
             "machine c.example password secret\n");
  BOOST_TEST(carried(line, {.caches = {"https://other"}}).netrc.empty());
  const nix::Options options = carried("extra-substituters = https://me:secret@c.example\n");
  BOOST_TEST(options.settings.front().second == "https://c.example");
  BOOST_TEST(options.netrc == "machine c.example login me password secret\n");
}

BOOST_AUTO_TEST_CASE(a_session_has_a_file_of_its_own) {
  namespace fs = std::filesystem;
  put("etc/netrc", "machine x password old\n");
  put("etc/nix.conf", "extra-trusted-public-keys = known:1\n");
  const Environment own(
      {{"HOME", folder.path().string()}, {"NIX_CONF_DIR", (folder.path() / "etc").string()}});
  fs::path file;
  {
    const CacheSession session({.caches = {"https://c"},
                                .cache_keys = {"known:1", "new:1"},
                                .netrc = "machine c password new\n"},
                               own);
    BOOST_TEST((session.options().cache_keys == Texts{"new:1"}));
    BOOST_REQUIRE(session.options().settings.size() == 1U);
    BOOST_TEST(session.options().settings[0].first == "netrc-file");
    file = session.options().settings[0].second;
    BOOST_TEST(read_file(file) == "machine c password new\nmachine x password old\n");
    BOOST_TEST(
        (fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
  }
  BOOST_TEST(!fs::exists(file));
  BOOST_TEST(CacheSession({.caches = {"https://c"}}, own).options().settings.empty());
}

BOOST_AUTO_TEST_CASE(messages) {
  BuildRequest request;
  request.nix.caches = {"https://c"};
  request.nix.cache_keys = {"c:1"};
  request.nix.allow_ignored_caches = true;
  request.nix.netrc = "machine c password x\n";
  request.caches = {.from = {},
                    .to = {parse_cache_name("cachix:me"), parse_cache_name("ssh-ng://me@host"),
                           parse_cache_name("cachix-cli:me")},
                    .netrc = "machine d password y\n",
                    .only = true};
  const BuildRequest read = parse_request(to_message(request));
  BOOST_TEST((read.nix.caches == request.nix.caches));
  BOOST_TEST((read.nix.cache_keys == request.nix.cache_keys));
  BOOST_TEST(read.nix.allow_ignored_caches);
  BOOST_TEST(read.nix.netrc == request.nix.netrc);
  BOOST_TEST((read.caches.to == request.caches.to));
  BOOST_TEST(read.caches.netrc == request.caches.netrc);
  BOOST_TEST(read.caches.only);
}

BOOST_AUTO_TEST_CASE(a_relay_takes_what_was_offered) {
  put(".config/cachix/cachix.dhall", "{ authToken = \"secret\" }");
  const std::string path = "/nix/store/" + std::string(32, 'a') + "-x";
  nix::Closure closure{.paths = {{.path = path,
                                  .nar_hash = std::string(64, '1'),
                                  .nar_size = 3,
                                  .deriver = path + ".drv",
                                  .references = {},
                                  .refers_to_itself = true}},
                       .roots = {}};
  nix::RegistrationReader reader;
  const std::string text = closure_text(closure);
  for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1)
    reader.line(std::string_view(text).substr(begin, text.find('\n', begin) - begin));
  const nix::Closure read = std::move(reader).finish();
  BOOST_TEST(read.paths.at(0).deriver == path + ".drv");
  BOOST_TEST(read.paths.at(0).refers_to_itself);

  cachix.body = format("[\"{}\"]", std::string(32, 'a'));
  CachixRelay relay(world, {});
  BOOST_TEST(CachixRelay::is_for("cachix-offer me"));
  BOOST_TEST(!CachixRelay::is_for("images {}"));
  fakes::MemorySource offered(text);
  BOOST_TEST(relay.answer("cachix-offer me", offered) == std::string(32, 'a'));
  fakes::MemorySource nar("nar");
  check_error([&] { (void)relay.answer("cachix-nar " + std::string(32, 'b'), nar); },
              ErrorKind::corrupt);
  fakes::MemorySource cut(text.substr(0, text.size() / 2));
  check_error([&] { (void)relay.answer("cachix-offer me", cut); }, ErrorKind::corrupt);
}

BOOST_AUTO_TEST_CASE(changes_of_a_tree) {
  using namespace std::string_view_literals;
  const DirtyTree tree = parse_status(" M a\0R  new\0old\0?? x\0?? y\0!! z\0A  ?? b\0"sv);
  BOOST_TEST(tree.changed == 3U);
  BOOST_TEST(tree.untracked == 2U);
  BOOST_TEST(parse_status("").changed == 0U);
  BOOST_TEST(parse_status("R  new"sv).changed == 1U); // cut off
}

BOOST_AUTO_TEST_CASE(changes_are_told_who_asks_for_a_cache) {
  const std::string tree = folder.path().string();
  const auto git = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"git", "-C", tree, "-c", "user.name=a", "-c", "user.email=a@b.c"});
    BOOST_REQUIRE(process::capture(*runner, {.argv = words}, {}).status.success());
  };
  put("flake.nix", "{ }");
  git({"init", "-q"});
  git({"add", "--all"});
  git({"commit", "-qm", "first"});
  BuildRequest request{.installable = tree + "#a"};
  request.caches.from = {parse_cache_name("https://c.example")};
  BuildRequest other{.installable = tree + "#b"};
  other.caches.to = request.caches.from;
  const auto told = [&](const BuildRequest& one) {
    const std::size_t before = reporter.all<progress::Notice>().size();
    tell_of_dirty_trees({std::cref(one), std::cref(other)}, world, {});
    std::vector<progress::Notice> notices = reporter.all<progress::Notice>();
    notices.erase(notices.begin(), notices.begin() + static_cast<std::ptrdiff_t>(before));
    return notices;
  };
  put("untracked", "x"); // Nix does not see it
  BOOST_TEST(told(request).empty());
  put("flake.nix", "{ outputs = _: { }; }");
  const auto notices = told(request);
  BOOST_REQUIRE(notices.size() == 1U); // once for the tree
  BOOST_TEST(notices.front().text.starts_with("1 changed file is not committed"));
  BOOST_TEST((notices.front().level == progress::Notice::Level::info));
  other.caches.to.clear();
  BOOST_TEST(told({.installable = tree + "#a"}).empty()); // for no cache was asked
}

BOOST_AUTO_TEST_CASE(without_an_installable_caches_alone_are_asked) {
  BuildRequest request{.installable = ""};
  request.caches.from = {parse_cache_name("https://c.example")};
  cachix.body = "StoreDir: /nix/store\n";
  BOOST_TEST(!check_caches(request, world, {}).lookup.caches.at(0).failure);
  cachix.body = "<html>";
  BOOST_TEST(check_caches(request, world, {}).lookup.caches.at(0).failure.has_value());
  request.caches.from = {parse_cache_name("s3://bucket")};
  check_error([&] { (void)check_caches(request, world, {}); }, ErrorKind::invalid_input);
}

BOOST_AUTO_TEST_SUITE_END()
