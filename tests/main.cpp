#define BOOST_TEST_MODULE docker_nixbuild
#include <boost/test/unit_test.hpp>
