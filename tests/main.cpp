#define BOOST_TEST_MODULE docker_nixbuild
#include "sources.hpp"

#include <boost/test/unit_test.hpp>

// The one file that knows, so that a compiler cache serves all others to every checkout.
std::filesystem::path nixbuild::tests::sources() {
  return NIXBUILD_SOURCES;
}
