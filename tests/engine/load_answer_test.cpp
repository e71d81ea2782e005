#include "engine/load_answer.hpp"
#include "support/error.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace nixbuild;
using engine::Load;
using engine::LoadAnswer;
using Lines = std::vector<std::string>;

namespace {

const std::string operation = "load the image";

Lines lines_of(const std::vector<std::string>& messages, const Load& load = {}) {
  LoadAnswer answer(operation, load.on_layer);
  for (const std::string& message : messages)
    answer.take(boost::json::parse(message));
  return std::move(answer).finish().lines;
}

void check_refused(const std::vector<std::string>& messages, ErrorKind kind,
                   const std::string& detail) {
  BOOST_TEST_CONTEXT(messages.back()) {
    BOOST_CHECK_EXCEPTION((void)lines_of(messages), Error, [&](const Error& error) {
      BOOST_TEST(error.detail() == detail);
      return error.kind() == kind;
    });
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(load_answer)

BOOST_AUTO_TEST_CASE(lines_of_a_success) {
  BOOST_CHECK(lines_of({R"({"stream":"Loaded image: a:latest\n"})",
                        R"({"stream":"Loaded image ID: sha256:00\r\n"})"}) ==
              (Lines{"Loaded image: a:latest", "Loaded image ID: sha256:00"}));
  BOOST_TEST(lines_of({}).empty());
  BOOST_TEST(lines_of({R"({"status":"x"})", "{}", "[1]", R"({"stream":7})"}).empty());
}

BOOST_AUTO_TEST_CASE(error_inside_a_success_is_an_error) {
  const std::string fine = R"({"stream":"Loaded image: a\n"})";
  check_refused({R"({"errorDetail":{"message":"no manifest"},"error":"no manifest"})"},
                ErrorKind::refused, "no manifest");
  check_refused({R"({"errorDetail":{"message":"a"}})", fine}, ErrorKind::refused, "a");
  check_refused({fine, R"({"error":"b"})"}, ErrorKind::refused, "b");
  check_refused({R"({"error":"first"})", R"({"error":"second"})"}, ErrorKind::refused, "first");
  check_refused(
      {fine, R"({"stream":"Error unpacking image a: content digest sha256:1: not found\n"})"},
      ErrorKind::refused, "Error unpacking image a: content digest sha256:1: not found");
}

BOOST_AUTO_TEST_CASE(error_without_words_is_an_error_too) {
  check_refused({R"({"errorDetail":{}})"}, ErrorKind::refused, "");
  check_refused({R"({"error":""})"}, ErrorKind::refused, "");
  check_refused({R"({"error":{"code":1}})"}, ErrorKind::refused, "");
}

BOOST_AUTO_TEST_CASE(full_disk_is_told_apart) {
  check_refused({R"({"error":"write /var/lib/docker/tmp/x: no space left on device"})"},
                ErrorKind::no_space, "write /var/lib/docker/tmp/x: no space left on device");
  check_refused({R"({"stream":"Error unpacking image a: write /x: disk quota exceeded"})"},
                ErrorKind::no_space, "Error unpacking image a: write /x: disk quota exceeded");
}

BOOST_AUTO_TEST_CASE(progress_of_layers_is_handed_on) {
  Lines seen;
  const Load load{.on_layer = [&](std::string_view id, std::uint64_t current, std::uint64_t total) {
    seen.push_back(std::string(id) + " " + std::to_string(current) + "/" + std::to_string(total));
  }};
  (void)lines_of(
      {R"({"status":"Loading layer","progressDetail":{"current":32,"total":64},"id":"0123456789ab"})",
       R"({"progressDetail":{"current":-1,"total":1e30},"id":"x"})", R"({"progressDetail":{}})"},
      load);
  BOOST_CHECK(seen == (Lines{"0123456789ab 32/64", "x 0/0", " 0/0"}));
}

BOOST_AUTO_TEST_CASE(endless_talk_is_not_kept) {
  const std::vector<std::string> many(100'000, R"({"stream":"Loaded image: a"})");
  BOOST_TEST(lines_of(many).size() <= 1000U);
}

BOOST_AUTO_TEST_SUITE_END()
