#include "nix/flake_lock.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::nix;

BOOST_AUTO_TEST_SUITE(flake_lock)

BOOST_AUTO_TEST_CASE(what_is_locked) {
  const auto inputs = parse_flake_lock(R"({"version":7,"root":"root","nodes":{
    "nixpkgs":{"locked":{"type":"github","owner":"NixOS","repo":"nixpkgs","rev":"abc",
                         "lastModified":1,"narHash":"sha256-x"}},
    "forge":{"locked":{"type":"gitlab","host":"git.example","owner":"o","repo":"r"}},
    "tree":{"locked":{"type":"git","url":"ssh://git@example/x","rev":"def"}},
    "here":{"locked":{"type":"path","path":"./sub"}},
    "root":{"inputs":{"nixpkgs":"nixpkgs"}}}})");
  std::string text;
  for (const LockedInput& input : inputs)
    text += input.node + " " + input.address + " " + input.revision + " " + input.nar_hash + "\n";
  BOOST_TEST(text == "nixpkgs https://github.com/NixOS/nixpkgs abc sha256-x\n"
                     "forge https://git.example/o/r  \n"
                     "tree ssh://git@example/x def \n"
                     "here path:./sub  \n");
}

BOOST_AUTO_TEST_CASE(nonsense) {
  BOOST_TEST(parse_flake_lock("{}").empty());
  for (const char* text : {"", "[]", R"({"nodes":[]})", R"({"nodes":{"a":1}})",
                           R"({"nodes":{"a":{"locked":{"rev":1}}}})"})
    BOOST_CHECK_EXCEPTION((void)parse_flake_lock(text), Error,
                          [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
}

BOOST_AUTO_TEST_SUITE_END()
