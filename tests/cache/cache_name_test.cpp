#include "cache/cache_name.hpp"
#include "cache_fixture.hpp"

using namespace nixbuild;
using namespace nixbuild::cache;
using testing::check_error;

BOOST_AUTO_TEST_SUITE(cache_name)

BOOST_AUTO_TEST_CASE(kinds) {
  BOOST_TEST((parse_cache_name("cachix:me") == CacheName{CacheName::Kind::cachix, "me"}));
  BOOST_TEST((parse_cache_name("cachix-cli:me") == CacheName{CacheName::Kind::cachix_cli, "me"}));
  BOOST_TEST(to_string(parse_cache_name("cachix-cli:me")) == "cachix-cli:me");
  BOOST_TEST((parse_cache_name("attic:s:c") == CacheName{CacheName::Kind::attic, "s:c"}));
  BOOST_TEST((parse_cache_name("/srv/cache").name == "file:///srv/cache"));
  for (const std::string url : {"https://c.example", "http://localhost:1/x", "s3://b?region=x",
                                "ssh-ng://me@host", "ssh://host", "file:///srv"})
    BOOST_TEST((parse_cache_name(url) == CacheName{CacheName::Kind::address, url}));
}

BOOST_AUTO_TEST_CASE(nonsense) {
  for (const std::string text : {"", "cachix:", "cachix:a b", "cachix:../x", "cachix-cli:",
                                 "attic:", "attic::x", "attic:a:b:c", "me", "ftp://x", "https://",
                                 "https://a b", "https://a\nb", "daemon", "cachix:a?b"})
    BOOST_TEST_CONTEXT(text)
  check_error([&] { (void)parse_cache_name(text); }, ErrorKind::invalid_input);
}

BOOST_AUTO_TEST_CASE(those_of_buildx_are_none) {
  for (const std::string ours : {"cachix:me", "cachix-cli:a b", "attic:", "/srv",
                                 "https://c.example", "s3://b?region=x", "ftp://x"})
    BOOST_TEST(names_cache_of_nix(ours), ours);
  for (const std::string theirs :
       {"", "type=gha", "type=registry,ref=docker.io/me/app:cache", "docker.io/me/app:cache",
        "type=s3,endpoint_url=https://x", "endpoint_url=https://x,type=s3", "me/x", "r.io/a,b://c"})
    BOOST_TEST(!names_cache_of_nix(theirs), theirs);
}

BOOST_AUTO_TEST_CASE(logins_are_not_told) {
  const std::string url = "https://me:pa%40ss@c.example:8080/x?y=z";
  BOOST_TEST(to_string(parse_cache_name(url)) == "https://c.example:8080/x?y=z");
  BOOST_TEST(login_in(url).value() == "me:pa@ss");
  BOOST_TEST(bare_address(url + "/") == "https://c.example:8080/x");
  BOOST_TEST(bare_address("https://c.example//") == "https://c.example");
  BOOST_TEST(!login_in("https://c.example/a@b"));
  BOOST_TEST(without_login("https://c.example/a@b") == "https://c.example/a@b");
  BOOST_TEST(without_logins("a 'https://me:s@c.example/x' and http://token@d ssh://me@e "
                            "ssh-ng://me:s@f https://g/@ e@mail") ==
             "a 'https://c.example/x' and http://d ssh://me@e ssh-ng://f https://g/@ e@mail");
  BOOST_TEST(to_string(parse_cache_name("ssh-ng://me@host")) == "ssh-ng://me@host");
  BOOST_TEST(!login_in("ssh-ng://me@host"));
  BOOST_TEST(to_string(parse_cache_name("ssh://me:secret@host")) == "ssh://host");
  try {
    (void)parse_cache_name("ftp://me:secret@x");
  } catch (const Error& error) {
    BOOST_TEST(!error.message().contains("secret"));
  }
}

BOOST_AUTO_TEST_CASE(caches_of_cachix) {
  BOOST_TEST(cachix_name_in("https://me.cachix.org").value() == "me");
  BOOST_TEST(cachix_name_in("https://me.cachix.org/").value() == "me");
  for (const std::string other :
       {"https://cachix.org", "https://a.b.cachix.org", "http://me.cachix.org",
        "https://me.cachix.org.example", "https://.cachix.org", "https://me.cachix.org/x"})
    BOOST_TEST(!cachix_name_in(other), other);
}

BOOST_AUTO_TEST_SUITE_END()
