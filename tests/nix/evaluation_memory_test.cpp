#include "nix/evaluation_memory.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace nixbuild::nix;
using nixbuild::TempDir;

namespace {

struct Fixture {
  TempDir folder;
  std::filesystem::path file = folder.path() / "evaluations";
  std::filesystem::path store = folder.path() / "store";
  Evaluation evaluation{.attribute = "packages.x86_64-linux.\"a b\"",
                        .derivation = in_store("image.drv"),
                        .output = "out",
                        .system = "x86_64-linux",
                        .image_name = "näme",
                        .image_tag = "1",
                        .conf = in_store("conf.drv"),
                        .package = "image",
                        .main_program = "run"};

  [[nodiscard]] std::string in_store(const std::string& name) const {
    std::filesystem::create_directories(store);
    const auto path = store / (std::string(32, 'a') + "-" + name);
    nixbuild::write_file_atomically(path, "Derive");
    return path;
  }
  [[nodiscard]] std::optional<Evaluation> known() const {
    return EvaluationMemory(file).find("identity");
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(evaluation_memory, Fixture)

BOOST_AUTO_TEST_CASE(everything_is_remembered) {
  EvaluationMemory(file).remember("identity", evaluation);
  const auto known = this->known();
  BOOST_REQUIRE(known.has_value());
  BOOST_TEST(known->attribute == evaluation.attribute);
  BOOST_TEST(known->derivation == evaluation.derivation);
  BOOST_TEST(known->output == evaluation.output);
  BOOST_TEST(known->system == evaluation.system);
  BOOST_TEST(known->image_name == evaluation.image_name);
  BOOST_TEST(known->image_tag == evaluation.image_tag);
  BOOST_TEST(known->conf == evaluation.conf);
  BOOST_TEST(known->package == evaluation.package);
  BOOST_TEST(known->main_program == evaluation.main_program);
  BOOST_TEST(!EvaluationMemory(file).find("other").has_value());
}

BOOST_AUTO_TEST_CASE(derivation_that_is_gone_is_forgotten) {
  EvaluationMemory(file).remember("identity", evaluation);
  std::filesystem::remove(evaluation.conf);
  BOOST_TEST(!known().has_value());
  evaluation.conf.clear();
  EvaluationMemory(file).remember("identity", evaluation);
  BOOST_TEST(known().has_value());
  std::filesystem::remove(evaluation.derivation);
  BOOST_TEST(!known().has_value());
}

BOOST_AUTO_TEST_CASE(file_of_another_version_is_not_understood) {
  nixbuild::FactFile facts(file, EvaluationMemory::file_limit);
  EvaluationMemory(file).remember("identity", evaluation);
  std::string line = nixbuild::read_file(file);
  const std::string key = line.substr(0, line.find(' '));
  for (const std::string value : {"{}", "[]", "{\"attribute\":1}", "nonsense"}) {
    facts.remember(key, value);
    BOOST_TEST(!known().has_value());
  }
}

BOOST_AUTO_TEST_SUITE_END()
