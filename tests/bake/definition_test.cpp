#include "bake/definition.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::bake;

namespace {

Definition read(const std::vector<std::string>& contents,
                std::map<std::string, std::string> variables = {}) {
  std::vector<File> files;
  for (const std::string& content : contents)
    files.push_back({.name = "bake.json", .content = content});
  return read_files(files, Environment(std::move(variables)));
}

void check_refused(const std::string& content, std::string_view words) {
  BOOST_CHECK_EXCEPTION((void)read({content}), Error, [&](const Error& error) {
    const std::string told = error.message() + " " + error.hint();
    BOOST_TEST_MESSAGE(told);
    return error.kind() == ErrorKind::invalid_input && told.contains(words);
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(definition)

BOOST_AUTO_TEST_CASE(targets_and_groups) {
  const Definition all = read({R"({
      "group": {"default": {"targets": ["web", "db"]}},
      "target": {"web": {"tag": "web:1", "argstr": {"a": "b"}}, "db": {"tags": ["db:1"]}}})"});
  BOOST_TEST(all.groups.at("default").size() == 2U);
  BOOST_TEST(all.targets.at("web") == R"({"tags":["web:1"],"args":{"a":"b"}})");
  BOOST_TEST(all.targets.at("db") == R"({"tags":["db:1"]})");
}

BOOST_AUTO_TEST_CASE(a_later_file_adds) {
  const Definition all =
      read({R"({"target": {"web": {"tags": ["a"], "args": {"x": "1", "y": "2"}}}})",
            R"({"target": {"web": {"tag": "b", "args": {"y": "3"}}, "db": {}}})"});
  BOOST_TEST(all.targets.at("web") == R"({"tags":["b"],"args":{"x":"1","y":"3"}})");
  BOOST_TEST(all.targets.contains("db"));
}

BOOST_AUTO_TEST_CASE(variables) {
  const std::string file =
      R"({"variable": {"TAG": {"default": "dev"}, "N": {"default": 3}, "E": {}},
      "target": {"web": {"tags": ["w:${TAG}-${N}${E}", "$${TAG}"]}}})";
  BOOST_TEST(read({file}).targets.at("web") == R"({"tags":["w:dev-3","${TAG}"]})");
  BOOST_TEST(read({file}, {{"TAG", "1.2"}, {"E", "!"}}).targets.at("web") ==
             R"({"tags":["w:1.2-3!","${TAG}"]})");
}

BOOST_AUTO_TEST_CASE(refusals) {
  check_refused("{", "bake.json is not JSON");
  check_refused("[]", "holds no JSON object");
  check_refused(R"({"targets": {}})", "unknown key \"targets\"");
  check_refused(R"({"target": []})", "\"target\" is no object");
  check_refused(R"({"target": {"a": 1}})", "target.a is no object");
  check_refused(R"({"group": {"a": {}}})", "group a has no list");
  check_refused(R"({"group": {"a": {"targets": [1]}}})", "group a is no text");
  check_refused(R"({"target": {"a": {"tags": ["${X}"]}}})", "no variable X");
  check_refused(R"({"target": {"a": {"tags": ["${upper(X)}"]}}})", "expression");
  check_refused(R"({"target": {"a": {"tags": ["${X"]}}})", "expression");
  check_refused(R"({"variable": {"A": {"default": []}}})", "variable A");
}

BOOST_AUTO_TEST_CASE(files_cut_anywhere_are_refused) {
  const std::string whole =
      R"({"group": {"d": {"targets": ["a"]}}, "target": {"a": {"tags": ["x"]}}})";
  for (std::size_t size = 0; size < whole.size(); ++size)
    BOOST_CHECK_THROW((void)read({whole.substr(0, size)}), Error);
}

BOOST_AUTO_TEST_SUITE_END()
