#include "fakes/recording_reporter.hpp"
#include "nix/fake_nix.hpp"
#include "nix/ignored_caches.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::nix;

namespace {

const Options asked{.caches = {"https://c.example", "s3://bucket?region=x"}};

bool ignored(std::string_view warning, const Options& options = asked) {
  return ignored_cache(warning, options).has_value();
}

std::string restricted(std::string_view setting) {
  return format(
      "ignoring the client-specified setting '{}', because it is a restricted setting and "
      "you are not a trusted user",
      setting);
}

} // namespace

BOOST_AUTO_TEST_SUITE(ignored_caches)

BOOST_AUTO_TEST_CASE(what_nix_says) {
  BOOST_TEST(ignored("ignoring untrusted substituter 'https://c.example', you are not a trusted "
                     "user.\nRun `man nix.conf` for more information"));
  BOOST_TEST(ignored("ignoring untrusted substituter 'https://c.example/', you are not a trusted "
                     "user."));
  Options with_key = asked;
  with_key.cache_keys = {"c:1"};
  Options with_login = asked;
  with_login.netrc = "machine c.example password x\n";
  for (const std::string setting : {"trusted-public-keys", "extra-trusted-public-keys"}) {
    BOOST_TEST(ignored(restricted(setting), with_key));
    BOOST_TEST(!ignored(restricted(setting), with_login)); // it is for another cache
  }
  BOOST_TEST(ignored(restricted("netrc-file"), with_login));
  BOOST_TEST(!ignored(restricted("netrc-file"), with_key));
  BOOST_TEST(ignored(restricted("extra-substituters")));
  BOOST_TEST(ignored("the substitute for '/nix/store/x' from 'https://c.example' is not signed by "
                     "any of the keys in 'trusted-public-keys'"));
  BOOST_TEST(ignored("unable to download 'https://c.example/nix-cache-info': HTTP error 500"));
  BOOST_TEST(ignored("'https://c.example' does not appear to be a binary cache"));
  BOOST_TEST(ignored("cannot open 's3://bucket'"));
  BOOST_TEST(ignored("don't know how to open Nix store 's3://bucket?region=x'"));
  BOOST_TEST(ignored("don't know how to open Nix store with scheme 's3'"));
  BOOST_TEST(ignored("unable to download 'localhost:9999/bucket/nix-cache-info': HTTP error 403"));
  BOOST_TEST(ignored("unable to download 'https://bucket.s3.x.amazonaws.com/nix-cache-info': HTTP "
                     "error 403"));
}

BOOST_AUTO_TEST_CASE(what_is_said_of_something_else) {
  BOOST_TEST(!ignored("ignoring untrusted substituter 'https://c.example.org', you are not a "
                      "trusted user."));
  BOOST_TEST(!ignored(restricted("sandbox")));
  BOOST_TEST(!ignored("unable to download 'https://c.example/x.narinfo': HTTP error 503; retrying "
                      "in 268 ms"));
  BOOST_TEST(!ignored("Git tree '/x' is dirty"));
  BOOST_TEST(!ignored("ignoring untrusted substituter 'https://c.example', you are not a trusted "
                      "user.",
                      {}));
  BOOST_TEST(!ignored("don't know how to open Nix store with scheme 'gs'"));
  BOOST_TEST(
      !ignored("unable to download 'https://x/other-bucket/nix-cache-info': HTTP error 403"));
  BOOST_TEST(!ignored(""));
}

BOOST_AUTO_TEST_CASE(the_remedy_fits) {
  const auto remedy = [](std::string_view warning) {
    return ignored_cache(warning, asked)->remedy;
  };
  BOOST_TEST(remedy("ignoring untrusted substituter 'https://c.example', you")
                 .contains("trusted-substituters = https://c.example"));
  BOOST_TEST(remedy("from 'https://c.example' is not signed by any of the keys in "
                    "'trusted-public-keys'")
                 .contains("extra-trusted-public-keys"));
  BOOST_TEST(remedy("unable to download 'https://c.example/nix-cache-info'")
                 .contains("--allow-ignored-caches"));
  BOOST_TEST(remedy("don't know how to open Nix store with scheme 's3'").contains("without S3"));
  BOOST_TEST(remedy("unable to download 'http://h/bucket/nix-cache-info': HTTP error 403")
                 .contains("AWS_ACCESS_KEY_ID"));
  BOOST_TEST(!remedy("unable to download 'http://h/bucket/nix-cache-info': HTTP error 500")
                  .contains("AWS_ACCESS_KEY_ID"));
  const Options over_ssh{.caches = {"ssh-ng://me@host"}};
  BOOST_TEST(
      ignored_cache("the substitute for '/nix/store/x' from 'ssh-ng://me@host' is not signed "
                    "by any of the keys in 'trusted-public-keys'",
                    over_ssh)
          ->remedy.contains("ssh-ng://me@host?trusted=true"));
  BOOST_TEST(ignored_cache("ignoring substitute for '/nix/store/x' from 'ssh-ng://', as it's not "
                           "signed by any of the keys in 'trusted-public-keys'",
                           over_ssh)
                 ->cache.contains("ssh-ng://me@host"));
  BOOST_TEST(!ignored("ignoring substitute for '/nix/store/x' from 'ssh-ng://', as it's not signed "
                      "by any of the keys in 'trusted-public-keys'"));
}

BOOST_FIXTURE_TEST_CASE(a_build_ends_there, FakeNix) {
  const std::string path = "/nix/store/" + std::string(32, 'a') + "-x";
  runner.on({"--realise"},
            {.out = path + "\n",
             .err = R"(@nix {"action":"msg","level":1,"msg":"\u001b[35;1mwarning:\u001b[0m )"
                    R"(ignoring untrusted substituter 'https://c.example', you are not a trusted )"
                    R"(user."})"
                    "\n"});
  const auto realise = [&](const Options& options) {
    return nix->realise(path + ".drv", "out", folder.path() / "root", options, reporter, {});
  };
  BOOST_CHECK_EXCEPTION(realise(asked), Error, [](const Error& error) {
    return error.kind() == ErrorKind::refused && error.message().contains("https://c.example") &&
           error.hint().contains("trusted-substituters");
  });
  BOOST_TEST(after("extra-substituters") == "https://c.example s3://bucket?region=x");
  Options allowed = asked;
  allowed.allow_ignored_caches = true;
  BOOST_TEST(realise(allowed) == path);
  BOOST_TEST(realise({}) == path);
}

BOOST_AUTO_TEST_SUITE_END()
