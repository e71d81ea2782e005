#include "builder/builder_store.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::builder;

namespace {

constexpr const char* here = "unix:///var/run/docker.sock";

struct Fixture {
  TempDir temp;
  std::filesystem::path folder = temp.path() / "builders";
  BuilderStore store{folder};

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> list;
    for (const NamedBuilder& builder : store.all())
      list.push_back(builder.name);
    return list;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(builder_store, Fixture)

BOOST_AUTO_TEST_CASE(empty_where_nothing_was_kept) {
  BOOST_TEST(store.all().empty());
  BOOST_TEST(!store.find("one").has_value());
  BOOST_TEST(!store.current_of(here).has_value());
}

BOOST_AUTO_TEST_CASE(builder_is_read_as_it_was_kept) {
  const NamedBuilder kept{.name = "one",
                          .driver = Driver::container,
                          .context = "far",
                          .endpoint = "tcp://far:2376",
                          .current = true,
                          .container = {.image = "me/nix:1",
                                        .volume = "store",
                                        .socket = "/run/a \"b\".sock",
                                        .network = "host",
                                        .environment = {"A=b\nc", "D="}}};
  store.save(kept);
  const NamedBuilder read = store.find("one").value();
  BOOST_TEST(read.name == "one");
  BOOST_CHECK(read.driver == Driver::container);
  BOOST_TEST(read.context == "far");
  BOOST_TEST(read.endpoint == "tcp://far:2376");
  BOOST_TEST(read.current);
  BOOST_CHECK(read.container == kept.container);
  BOOST_CHECK(std::filesystem::status(folder).permissions() == std::filesystem::perms::owner_all);
}

BOOST_AUTO_TEST_CASE(one_is_current_for_each_endpoint) {
  store.save({.name = "a", .endpoint = here, .current = true});
  store.save({.name = "b", .endpoint = "tcp://far", .current = true});
  store.save({.name = "c", .endpoint = here, .current = true});
  BOOST_TEST(store.current_of(here).value().name == "c");
  BOOST_TEST(store.current_of("tcp://far").value().name == "b");
  BOOST_TEST(!store.find("a").value().current);
  store.remove("c");
  BOOST_TEST(!store.current_of(here).has_value());
  BOOST_TEST(names() == (std::vector<std::string>{"a", "b"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(file_that_is_none_of_ours_is_told) {
  std::filesystem::create_directories(folder);
  for (const char* text : {"", "[]", "{}", R"({"driver":"magic"})"}) {
    std::ofstream(folder / "one.json") << text;
    BOOST_CHECK_EXCEPTION((void)store.find("one"), Error, [&](const Error& error) {
      return error.kind() == ErrorKind::corrupt && error.message().contains("one.json");
    });
  }
}

BOOST_AUTO_TEST_CASE(names_are_plain) {
  for (const char* name : {"one", "a", "Mac-1.local_2", "9"})
    BOOST_TEST(!why_no_name(name).has_value(), name);
  const std::string long_name(64, 'a');
  for (const char* name : {"", "-a", ".a", "a/b", "../a", "a b", "ä", "auto", "host", "ssh",
                           "container", "default", long_name.c_str()})
    BOOST_TEST(why_no_name(name).has_value(), name);
  BOOST_TEST(!store.find("../builders/one").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
