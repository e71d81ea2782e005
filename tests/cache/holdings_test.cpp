#include "cache/holdings.hpp"
#include "cache_fixture.hpp"
#include "support/files.hpp"

using namespace nixbuild;
using namespace nixbuild::cache;
using testing::check_error;
using testing::patience;
using testing::store_path;

namespace {

const std::string one = "https://one.example";
const std::string two = "https://two.example/cache";
const std::string app = store_path('a', "app");
const std::string lib = store_path('b', "lib");
const std::string libc = store_path('c', "libc");
using Paths = std::vector<std::string>;

struct TwoCaches : testing::WebFiles {
  TwoCaches() {
    add_cache(one);
    add_cache(two);
  }
  Lookup look(const Paths& paths, Scope scope = Scope::given, Authorization who = {}) {
    return look_up(
        {cache_on_web(web, one, who, patience()), cache_on_web(web, two, {}, patience())}, paths,
        scope, {});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(holdings, TwoCaches)

BOOST_AUTO_TEST_CASE(each_cache_says_what_it_has) {
  add_path(one, app, 100);
  add_path(two, app, 100);
  add_path(two, lib, 30);
  const Lookup lookup = look({app, lib, libc});
  BOOST_TEST((lookup.wanted == Paths{app, lib, libc}));
  BOOST_TEST(lookup.caches[0].cache == one);
  BOOST_TEST(lookup.caches[0].paths == 1U);
  BOOST_TEST(lookup.caches[1].paths == 2U);
  BOOST_TEST(lookup.caches[1].download_bytes == 65U);
  BOOST_TEST(lookup.caches[1].nar_bytes == 130U);
  BOOST_TEST((lookup.missing == Paths{libc}));
}

BOOST_AUTO_TEST_CASE(a_closure_is_found_across_caches) {
  add_path(one, app, 100, {app, lib});
  add_path(two, lib, 30, {libc});
  BOOST_TEST((look({app}).wanted == Paths{app}));
  const Lookup lookup = look({app}, Scope::closure);
  BOOST_TEST((lookup.wanted == Paths{app, lib, libc}));
  BOOST_TEST((lookup.missing == Paths{libc}));
}

BOOST_AUTO_TEST_CASE(no_path_is_asked_for_twice) {
  add_path(one, app, 1, {lib, libc});
  add_path(one, lib, 1, {app, libc});
  add_path(one, libc, 1, {libc});
  (void)look({app}, Scope::closure);
  BOOST_TEST(web.requests().size() == 2U + 2U * 3U);
}

BOOST_AUTO_TEST_CASE(one_that_fails_is_told_and_the_other_counts) {
  add_path(two, app, 1);
  for (const fakes::WebReply& reply :
       {fakes::WebReply{.status = 500}, fakes::WebReply{.body = "<html>hello: world</html>"},
        fakes::WebReply{.status = 401}, fakes::WebReply{.status = 404},
        fakes::WebReply{.body = "StoreDir: /gnu/store\n"}}) {
    files[one + "/nix-cache-info"] = reply;
    const Lookup lookup = look({app});
    BOOST_TEST_CONTEXT(reply.status) {
      BOOST_REQUIRE(lookup.caches[0].failure);
      BOOST_TEST(!lookup.caches[1].failure);
      BOOST_TEST(lookup.missing.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(what_may_not_be_listed_is_missing) {
  files[one + "/" + std::string(32, 'a') + ".narinfo"] = {.status = 403};
  const Lookup lookup = look({app});
  BOOST_TEST(!lookup.caches[0].failure);
  BOOST_TEST(lookup.caches[0].paths == 0U);
}

BOOST_AUTO_TEST_CASE(logins_stay_with_their_server) {
  files[one + "/nix-cache-info"] = {.status = 302,
                                    .headers = {{"Location", "https://elsewhere.example/info"}}};
  files["https://elsewhere.example/info"] = {.body = "StoreDir: /nix/store\n"};
  const Lookup lookup = look({app}, Scope::given, Authorization::basic("me:secret"));
  BOOST_TEST(!lookup.caches[0].failure);
  for (const fakes::WebRequest& request : web.requests())
    BOOST_TEST((request.header("Authorization") == "Basic bWU6c2VjcmV0") ==
               request.url.starts_with(one));
}

BOOST_AUTO_TEST_CASE(redirects_end) {
  files[one + "/nix-cache-info"] = {.status = 302, .headers = {{"Location", "/nix-cache-info"}}};
  BOOST_TEST(look({app}).caches[0].failure->message().contains("in circles"));
  files[one + "/nix-cache-info"] = {.status = 302,
                                    .headers = {{"Location", "http://one.example/x"}}};
  BOOST_TEST(look({app}).caches[0].failure->message().contains("TLS"));
}

BOOST_AUTO_TEST_CASE(endless_answers_end) {
  files[one + "/nix-cache-info"] = {.body = std::string(largest_nar_info + 1, 'x')};
  BOOST_TEST((look({app}).caches[0].failure->kind() == ErrorKind::corrupt));
}

BOOST_AUTO_TEST_CASE(folders) {
  const TempDir folder;
  write_file_atomically(folder.path() / "nix-cache-info", "StoreDir: /nix/store\n");
  write_file_atomically(folder.path() / (std::string(32, 'a') + ".narinfo"),
                        testing::nar_info(app, 10));
  const Lookup lookup = look_up({cache_in_folder(folder.path())}, {app, lib}, Scope::given, {});
  BOOST_TEST(lookup.caches[0].paths == 1U);
  BOOST_TEST((lookup.missing == Paths{lib}));
  const TempDir empty;
  BOOST_TEST((
      look_up({cache_in_folder(empty.path())}, {app}, Scope::given, {}).caches[0].failure->kind() ==
      ErrorKind::not_found));
}

BOOST_AUTO_TEST_CASE(cancelled) {
  const CancelSource source;
  source.raise(CancelLevel::graceful);
  check_error(
      [&] {
        (void)look_up({cache_on_web(web, one, {}, patience())}, {app}, Scope::given,
                      source.token());
      },
      ErrorKind::cancelled);
}

BOOST_AUTO_TEST_SUITE_END()
