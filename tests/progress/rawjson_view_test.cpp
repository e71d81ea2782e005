#include "progress/events.hpp"
#include "progress/rawjson_view.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace nixbuild::progress;
using namespace nixbuild::progress::testing;

namespace {

std::string line_for(RawJsonView& view, const Event& event) {
  view.apply(event);
  return view.take(at(0));
}

// printf '1 build' | sha256sum
const std::string digest =
    "sha256:3e91dba6cf878668dec20d894154517b1ebcb488db8b5e8b65825c1a5af1cd7c";

} // namespace

BOOST_AUTO_TEST_SUITE(rawjson_view)

BOOST_AUTO_TEST_CASE(life_of_a_step) {
  RawJsonView view(false);
  BOOST_TEST(line_for(view, started(1, "build", 0)) ==
             R"({"vertexes":[{"digest":")" + digest +
                 R"(","name":"build","started":"2023-11-14T22:13:20Z"}]})" + "\n");
  BOOST_TEST(line_for(view, log(1, "hello", 120)) ==
             R"({"logs":[{"vertex":")" + digest +
                 R"(","stream":2,"data":"aGVsbG8K","timestamp":"2023-11-14T22:13:20.12Z"}]})" +
                 "\n");
  BOOST_TEST(line_for(view, item(1, "x", 3, 10, 120, 200)) ==
             R"({"statuses":[{"id":"x","vertex":")" + digest +
                 R"(","total":10,"current":3,"timestamp":"2023-11-14T22:13:20.2Z",)" +
                 R"("started":"2023-11-14T22:13:20.12Z"}]})" + "\n");
  BOOST_TEST(line_for(view, item(1, "x", 10, 10, 120, 210, true))
                 .ends_with(R"("completed":"2023-11-14T22:13:20.21Z"}]})"
                            "\n"));
  BOOST_TEST(line_for(view, finished(1, 1000)) ==
             R"({"vertexes":[{"digest":")" + digest +
                 R"(","name":"build","started":"2023-11-14T22:13:20Z",)" +
                 R"("completed":"2023-11-14T22:13:21Z"}]})" + "\n");
}

BOOST_AUTO_TEST_CASE(outcomes) {
  RawJsonView view(false);
  for (StepId step = 1; step <= 3; ++step)
    (void)line_for(view, started(step, "s", 0));
  BOOST_TEST(line_for(view, finished(1, 0, Outcome::cached)).contains(R"("cached":true)"));
  BOOST_TEST(
      line_for(view, finished(2, 0, Outcome::cancelled)).contains(R"("error":"context canceled")"));
  BOOST_TEST(line_for(view, finished(3, 0, Outcome::failed, "exit \"1\""))
                 .contains(R"("error":"exit \"1\"")"));
}

BOOST_AUTO_TEST_CASE(same_names_have_different_digests) {
  RawJsonView view(false);
  const auto vertex = [](const std::string& line) {
    return boost::json::parse(line).at("vertexes").at(0).at("digest").as_string();
  };
  BOOST_TEST(vertex(line_for(view, started(1, "build", 0))) !=
             vertex(line_for(view, started(2, "build", 0))));
}

BOOST_AUTO_TEST_CASE(growing_items_are_thinned) {
  RawJsonView view(false);
  (void)line_for(view, started(1, "build", 0));
  BOOST_TEST(line_for(view, item(1, "x", 0, 9, 0, 0)) != "");
  BOOST_TEST(line_for(view, item(1, "x", 1, 9, 0, 50)) == "");
  BOOST_TEST(line_for(view, item(1, "y", 1, 9, 0, 50)) != "");
  BOOST_TEST(line_for(view, item(1, "x", 2, 9, 0, 100)) != "");
  BOOST_TEST(line_for(view, item(1, "x", 9, 9, 0, 101, true)) != "");
}

BOOST_AUTO_TEST_CASE(notices_are_a_vertex) {
  RawJsonView view(false);
  const std::string lines = line_for(view, note(Notice::Level::warning, "careful", 0));
  const auto end = lines.find('\n');
  const auto vertex = boost::json::parse(lines.substr(0, end)).at("vertexes").at(0);
  const auto warning = boost::json::parse(lines.substr(end + 1)).at("warnings").at(0);
  BOOST_TEST(vertex.at("digest") == warning.at("vertex"));
  BOOST_TEST(warning.at("short").as_string() == "Y2FyZWZ1bA==");
  BOOST_TEST(
      line_for(view, note(Notice::Level::info, "hi", 0)).starts_with(R"({"logs":[{"vertex":)"));
  BOOST_TEST(line_for(view, note(Notice::Level::debug, "hi", 0)) == "");
}

BOOST_AUTO_TEST_CASE(every_line_is_json_whatever_it_holds) {
  RawJsonView view(false);
  for (const auto& event : {started(1, "bad \xFF utf-8 \x01", 0), log(1, "\xFF\n\"", 0),
                            item(1, "\xFE", 0, 0, 0, 0), finished(1, 0, Outcome::failed, "\xFD")}) {
    boost::json::error_code error;
    boost::json::parse(line_for(view, event), error);
    BOOST_TEST(!error);
  }
}

BOOST_AUTO_TEST_SUITE_END()
