#include "fakes/fake_runner.hpp"
#include "vm/machines.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::vm;

namespace {

constexpr const char* colima_list =
    R"({"name":"default","status":"Running","arch":"aarch64","cpus":4,"memory":8589934592,)"
    R"("disk":107374182400,"runtime":"docker"})"
    "\n"
    R"({"name":"k3s","status":"Stopped","arch":"aarch64","cpus":2,"memory":2147483648,)"
    R"("disk":107374182400,"runtime":"containerd"})";

constexpr const char* lima_list =
    R"({"name":"docker","status":"Broken","dir":"/Users/me/.lima/docker","arch":"x86_64","cpus":2,)"
    R"("memory":4294967296,"disk":-1,"errors":["x"]})"
    "\nno JSON\n[]\n{}\n";

} // namespace

BOOST_AUTO_TEST_SUITE(machines)

BOOST_AUTO_TEST_CASE(profiles_of_colima) {
  fakes::FakeRunner runner;
  runner.on({"colima", "list", "--json"}, {.out = colima_list});
  const auto found = machines_of(Tool::colima, runner, CancelToken()).value();
  BOOST_REQUIRE_EQUAL(found.size(), 2U);
  BOOST_TEST(found[0].runs());
  BOOST_TEST(found[0].cpus == 4U);
  BOOST_TEST(found[0].memory == 8589934592U);
  BOOST_TEST(found[1].name == "k3s");
  BOOST_TEST(found[1].runtime == "containerd");
  BOOST_TEST(!found[1].runs());
}

BOOST_AUTO_TEST_CASE(instances_of_lima) {
  const auto found = parse_lima_list(lima_list);
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST(found[0].name == "docker");
  BOOST_TEST(found[0].status == "Broken");
  BOOST_TEST(found[0].folder == "/Users/me/.lima/docker");
  BOOST_TEST(found[0].disk == 0U);
}

BOOST_AUTO_TEST_CASE(tool_that_is_missing_is_another_thing_than_one_that_fails) {
  fakes::FakeRunner runner;
  BOOST_TEST(!machines_of(Tool::lima, runner, CancelToken()).has_value());
  runner.on({"limactl"}, fakes::failing("no home"));
  BOOST_CHECK_EXCEPTION((void)machines_of(Tool::lima, runner, CancelToken()), Error,
                        [](const Error& error) {
                          return error.message() == "`limactl list --json` failed" &&
                                 error.detail().contains("no home");
                        });
}

BOOST_AUTO_TEST_CASE(names_as_colima_has_them) {
  BOOST_TEST(profile_named("colima") == "default");
  BOOST_TEST(profile_named("colima-work") == "work");
  BOOST_TEST(profile_named("work") == "work");
  BOOST_TEST(context_of(Tool::colima, "default") == "colima");
  BOOST_TEST(context_of(Tool::colima, "work") == "colima-work");
  BOOST_TEST(context_of(Tool::lima, "default") == "lima-default");
}

BOOST_AUTO_TEST_SUITE_END()
