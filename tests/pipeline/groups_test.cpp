#include "pipeline/groups.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <vector>

using namespace nixbuild::pipeline;
using Groups = std::vector<std::vector<std::size_t>>;

namespace {

NamedRequest wanted(const std::string& installable) {
  return {.name = installable, .request = {.installable = installable}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(groups)

BOOST_AUTO_TEST_CASE(attributes_of_one_flake_go_together) {
  const Groups groups =
      groups_of({wanted(".#a"), wanted("github:o/r#a"), wanted(".#b"), wanted("github:o/r#b")});
  BOOST_TEST((groups == Groups{{0, 2}, {1, 3}}));
  BOOST_TEST(groups_of({}).empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_flake_stands_alone) {
  const std::string path = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-a";
  BOOST_TEST((groups_of({wanted(path), wanted(path)}) == Groups{{0}, {1}}));
  std::vector<NamedRequest> files{wanted("a"), wanted("b")};
  for (auto& [name, request] : files)
    request.nix.file = "default.nix";
  BOOST_TEST((groups_of(files) == Groups{{0}, {1}}));
}

BOOST_AUTO_TEST_CASE(what_one_run_of_nix_cannot_serve_is_kept_apart) {
  const auto stays_alone = [](const auto& change) {
    std::vector<NamedRequest> requests{wanted(".#a"), wanted(".#b"), wanted(".#c")};
    change(requests[1].request);
    BOOST_TEST((groups_of(requests) == Groups{{0, 2}, {1}}));
  };
  stays_alone([](BuildRequest& request) { request.nix.impure = true; });
  stays_alone([](BuildRequest& request) { request.nix.settings = {{"a", "b"}}; });
  stays_alone([](BuildRequest& request) { request.docker.context = "other"; });
  stays_alone([](BuildRequest& request) { request.builder = Builder::host; });
  stays_alone([](BuildRequest& request) { request.builder_name = "mine"; });
  stays_alone([](BuildRequest& request) { request.outputs = {PushOutput{}}; });
  stays_alone([](BuildRequest& request) { request.dry_run = true; });
  stays_alone([](BuildRequest& request) { request.check = true; });
  stays_alone([](BuildRequest& request) { request.out_link = "result"; });
}

// One failing build would end the run for all.
BOOST_AUTO_TEST_CASE(those_that_keep_going_are_not_grouped) {
  std::vector<NamedRequest> requests{wanted(".#a"), wanted(".#b")};
  for (auto& [name, request] : requests)
    request.nix.keep_going = true;
  BOOST_TEST((groups_of(requests) == Groups{{0}, {1}}));
}

BOOST_AUTO_TEST_SUITE_END()
