#include "builder/plain_script.hpp"
#include "fakes/recording_reporter.hpp"
#include "pipeline/plain_output.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::pipeline;

namespace {

struct Shown {
  fakes::RecordingReporter reporter;
  progress::Step step{reporter, "build"};
  PlainOutput output{reporter, step, "vm"};

  explicit Shown(const std::vector<std::string>& lines) {
    for (const std::string& line : lines)
      output.line(line);
  }
  [[nodiscard]] Error failure(int code, const std::string& words = {}) const {
    return plain_failure({.code = code}, output, words, ".#image", "vm");
  }
};

const std::string by_docker(builder::docker_answers);
const std::string by_curl(builder::engine_answers);

} // namespace

BOOST_AUTO_TEST_SUITE(plain_outputs)

BOOST_AUTO_TEST_CASE(the_answer_of_either_loader_names_the_images) {
  const std::vector<std::string> both{"a:1", "sha256:abc"};
  BOOST_TEST((Shown({by_docker, "Loaded image: a:1", "", "Loaded image ID: sha256:abc"})
                  .output.loaded_images() == both));
  BOOST_TEST((Shown({by_curl, R"({"stream":"Loaded image: a:1\n"})",
                     R"({"stream":"Loaded image ID: sha256:abc\n"})"})
                  .output.loaded_images() == both));
}

BOOST_AUTO_TEST_CASE(an_answer_without_images_is_a_refusal) {
  for (const std::vector<std::string>& lines :
       {std::vector<std::string>{by_docker},
        {by_docker, "no such thing"},
        {by_curl, R"({"message":"page not found"})"},
        {by_curl, R"({"errorDetail":{"message":"bad tar"}})"}}) {
    BOOST_CHECK_EXCEPTION((void)Shown(lines).output.loaded_images(), Error,
                          [](const Error& error) { return error.kind() == ErrorKind::refused; });
  }
}

BOOST_AUTO_TEST_CASE(what_nix_prints_is_no_answer) {
  const Shown shown({"Loaded image: fake:1", by_docker, "Loaded image: a:1"});
  BOOST_TEST((shown.output.loaded_images() == std::vector<std::string>{"a:1"}));
  BOOST_TEST(shown.reporter.steps().size() == 2U);
}

BOOST_AUTO_TEST_CASE(each_status_has_its_words) {
  namespace ends = builder::plain_status;
  const auto kind = [](int code, const std::string& words = {}) {
    return Shown({"something"}).failure(code, words).kind();
  };
  BOOST_TEST((kind(ends::cannot_write, "tar: No space left on device") == ErrorKind::no_space));
  BOOST_TEST((kind(ends::cannot_write, "mktemp: Permission denied") == ErrorKind::io));
  BOOST_TEST((kind(ends::not_loaded, "no space left on device") == ErrorKind::no_space));
  BOOST_TEST((kind(ends::not_loaded, "bad") == ErrorKind::refused));
  BOOST_TEST((kind(ends::other_form) == ErrorKind::invalid_input));
  BOOST_TEST((kind(ends::no_loader) == ErrorKind::not_found));
  BOOST_TEST((kind(255) == ErrorKind::unavailable));
  BOOST_TEST(Shown({"something"}).failure(255).message() == "the connection to vm is lost");
  BOOST_TEST(Shown({}).failure(255, "Connection refused").message() ==
             "no ssh server answers on vm");
  const Error failed = Shown({"error: attribute 'x' is missing"}).failure(ends::not_built);
  BOOST_TEST(failed.message() == "cannot build .#image");
  BOOST_TEST(failed.detail().find("is missing") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
