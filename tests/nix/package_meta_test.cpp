#include "nix/package_meta.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::nix;

BOOST_AUTO_TEST_SUITE(package_meta)

BOOST_AUTO_TEST_CASE(paths_and_system_stand_in_the_expression_as_texts) {
  Closure closure;
  closure.paths.push_back({.path = "/nix/store/3dj6smrp39k2znkkzs08d2j0q2ax0zh7-a"});
  const std::string expression = package_meta_expression("x86_64-${linux}", closure);
  BOOST_TEST(expression.contains(R"("/nix/store/3dj6smrp39k2znkkzs08d2j0q2ax0zh7-a")"));
  BOOST_TEST(expression.contains(R"("x86_64-\${linux}")"));
}

BOOST_AUTO_TEST_CASE(first_answer_for_a_path_counts) {
  const PackageMetas metas = parse_package_metas(
      R"([{"path": "/a", "licence": "MIT", "homepage": "https://a.example"},
          {"path": "/b", "licence": "", "homepage": ""},
          {"path": "/a", "licence": "GPL-3.0-only", "homepage": ""}])");
  BOOST_REQUIRE_EQUAL(metas.size(), 2U);
  BOOST_TEST((metas.at("/a") == PackageMeta{.licence = "MIT", .homepage = "https://a.example"}));
  BOOST_TEST(metas.at("/b").licence.empty());
}

BOOST_AUTO_TEST_CASE(other_answers_are_corrupt) {
  for (const std::string_view text : {"", "{}", "[1]", R"([{"path": "/a"}])",
                                      R"([{"path": "/a", "licence": null, "homepage": ""}])"})
    BOOST_CHECK_EXCEPTION((void)parse_package_metas(text), Error,
                          [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
}

BOOST_AUTO_TEST_SUITE_END()
