#include "cache/dhall.hpp"

#include "cache/cachix_login.hpp"
#include "cache/netrc.hpp"
#include "fuzz/fuzzing.hpp"

using namespace nixbuild;

// Settings of users, in one: they are all cut into words first.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzzing::text(data, size);
  (void)cache::find_in_netrc(text, "c.example");
  fuzzing::expect_corrupt_at_worst([&] { (void)cache::parse_dhall(text, "file"); });
  fuzzing::expect_corrupt_at_worst([&] {
    const cache::CachixLogin login = cache::parse_cachix_dhall(text, "file");
    const std::string written = cache::cachix_dhall(login);
    fuzzing::require(cache::parse_cachix_dhall(written, "own").token == login.token);
  });
  return 0;
}
