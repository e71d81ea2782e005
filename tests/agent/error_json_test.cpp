#include "agent/error_json.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::agent;

namespace {

Error some_error(ErrorKind kind) {
  Error error = Error(kind, "cannot \"load\" \xff")
                    .with_hint("try\nagain")
                    .with_detail(std::string("daemon\0said", 11));
  error.add_frame("loading ./result");
  error.add_frame("building .#image");
  return error;
}

bool is_corrupt(const Error& error) {
  return error.kind() == ErrorKind::corrupt;
}

} // namespace

BOOST_AUTO_TEST_SUITE(error_json)

BOOST_AUTO_TEST_CASE(an_error_is_not_changed) {
  for (int number = 0; number <= static_cast<int>(ErrorKind::internal); ++number) {
    const Error error = some_error(static_cast<ErrorKind>(number));
    const Error same = error_from_json(error_to_json(error));
    BOOST_TEST((same.kind() == error.kind()));
    BOOST_TEST(same.message() == error.message());
    BOOST_TEST(same.hint() == error.hint());
    BOOST_TEST(same.detail() == error.detail());
    BOOST_TEST(same.frames() == error.frames(), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_detail_without_end_is_shortened) {
  const Error error = Error(ErrorKind::failed, "x").with_detail(std::string(32U << 20U, '\x01'));
  BOOST_TEST(error_to_json(error).size() < (std::size_t{2} << 20U));
}

BOOST_AUTO_TEST_CASE(a_text_that_is_cut_anywhere_is_no_error) {
  const std::string text = error_to_json(some_error(ErrorKind::io));
  for (std::size_t cut = 0; cut < text.size(); ++cut)
    BOOST_CHECK_EXCEPTION((void)error_from_json(text.substr(0, cut)), Error, is_corrupt);
}

BOOST_AUTO_TEST_CASE(what_is_no_error_is_refused) {
  const std::vector<std::string> texts{
      R"({"kind":"odd","message":"","hint":"","detail":"","frames":[]})",
      R"({"kind":"io","message":"","hint":"","detail":""})",
      R"({"kind":"io","message":"","hint":"","detail":"","frames":"x"})",
      R"({"kind":"io","message":"","hint":"","detail":"","frames":[1]})",
      R"({"kind":"io","message":1,"hint":"","detail":"","frames":[]})",
  };
  for (const std::string& text : texts)
    BOOST_CHECK_EXCEPTION((void)error_from_json(text), Error, is_corrupt);
}

BOOST_AUTO_TEST_SUITE_END()
