#include "source/declared_submodules.hpp"

#include <boost/test/unit_test.hpp>

using nixbuild::source::declares_submodules;

BOOST_AUTO_TEST_SUITE(declared_submodules)

BOOST_AUTO_TEST_CASE(the_ways_to_write_it) {
  for (const char* text : {
           "{ inputs.self.submodules = true; outputs = _: { }; }",
           "{\n  inputs = {\n    self.submodules=true;\n  };\n}",
           "{ inputs = { x.url = \"y\"; self = { lfs = true; submodules = true; }; }; }",
           "{ inputs.self = { # with a comment }\n submodules = /* and another */ true; }; }",
       })
    BOOST_TEST(declares_submodules(text), text);
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_it) {
  for (const char* text : {
           "",
           "{ inputs.self.submodules = false; }",
           "{ # inputs.self.submodules = true;\n }",
           "{ /* inputs.self.submodules = true; */ }",
           "{ description = \"inputs.self.submodules = true;\"; }",
           "{ description = \"\\\"inputs.self.submodules = true;\"; }",
           "{ inputs.myself.submodules = true; }",
           "{ inputs.self = { lfs = true; }; submodules = true; }",
           "{ inputs.self.submodules = tr",
           "{ \"",
           "{ /*",
       })
    BOOST_TEST(!declares_submodules(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
