#include "image/config_layers.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace nixbuild;
using image::permute_config_layers;

namespace {

std::string id(char digit) {
  return "\"sha256:" + std::string(64, digit) + "\"";
}

std::string config(const std::string& history, const std::string& diff_ids) {
  return "{ \"architecture\" : \"amd64\",\n \"config\":{\"Env\":[\"A=\\\"]},{\\\\\"],\"n\":1.50}," +
         history + " \"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":" + diff_ids +
         "}\t}";
}

const std::string ids = "[" + id('1') + ", " + id('2') + " ,\n" + id('3') + "]";
const std::string turned = "[" + id('3') + ", " + id('1') + " ,\n" + id('2') + "]";
const std::vector<std::size_t> turn{2, 0, 1};

} // namespace

BOOST_AUTO_TEST_SUITE(config_layers)

BOOST_AUTO_TEST_CASE(diff_ids_and_history_change_places_and_nothing_else) {
  BOOST_TEST(
      permute_config_layers(
          config(R"("history":[{"a":"1]"},{"empty_layer":true}, {"b":{}} ,{"c":[]} ],)", ids),
          turn) ==
      config(R"("history":[{"c":[]},{"empty_layer":true}, {"a":"1]"} ,{"b":{}} ],)", turned));
  BOOST_TEST(permute_config_layers(config("", ids), turn) == config("", turned));
  BOOST_TEST(permute_config_layers(config("", ids), {0, 1, 2}) == config("", ids));
}

BOOST_AUTO_TEST_CASE(history_of_another_length_is_left_alone) {
  for (const char* history :
       {R"("history":null,)", R"("history":[],)", R"("history":[{},{"a":1}],)",
        R"("history":[{},{},{},{"empty_layer":false}],)"}) {
    BOOST_TEST(permute_config_layers(config(history, ids), turn) == config(history, turned));
  }
}

BOOST_AUTO_TEST_CASE(history_behind_the_layers_is_found_too) {
  const std::string head = R"({"architecture":"amd64","rootfs":{"diff_ids":)";
  BOOST_TEST(permute_config_layers(head + ids + R"(},"history":[1,2,3]})", turn) ==
             head + turned + R"(},"history":[3,1,2]})");
}

BOOST_AUTO_TEST_CASE(last_member_of_a_name_counts) {
  const std::string head = R"({"architecture":"amd64","rootfs":{"diff_ids":[]},"rootfs":{)";
  BOOST_TEST(permute_config_layers(head + "\"diff_ids\":" + ids + "}}", turn) ==
             head + "\"diff_ids\":" + turned + "}}");
}

BOOST_AUTO_TEST_CASE(what_is_no_config_is_an_error) {
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{"), config("", "[]"), config("", "{}"),
        config("", "[" + id('1') + "]"),
        R"({"architecture":"amd64","rootfs":{"diff_\u0069ds":)" + ids + "}}"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_CHECK_EXCEPTION((void)permute_config_layers(text, turn), Error,
                            [](const Error& e) { return e.kind() == ErrorKind::corrupt; });
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
