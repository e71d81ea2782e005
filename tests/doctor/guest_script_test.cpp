#include "doctor/guest_report.hpp"
#include "doctor/guest_script.hpp"
#include "process/runner.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>

using namespace nixbuild;
using namespace nixbuild::doctor;

namespace {

// What the script finds here, with these programs in front of the others.
Guest run(const GuestQuestions& questions, const TempDir& programs) {
  const auto runner = process::system_runner();
  const process::Command command{
      .argv = {"sh", "-c", guest_script(questions)},
      .directory = {},
      .environment = {{"PATH", programs.path().string() + ":/usr/bin:/bin"},
                      {"HOME", programs.path().string()}}};
  const auto answer = process::capture(*runner, command, {});
  BOOST_TEST(answer.status.success());
  return parse_guest_report(answer.out);
}

void add_program(const TempDir& folder, const std::string& name, const std::string& text) {
  const auto file = folder.path() / name;
  write_file_atomically(file, "#!/bin/sh\n" + text);
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
}

} // namespace

BOOST_AUTO_TEST_SUITE(guest_script_)

BOOST_AUTO_TEST_CASE(every_shell_reads_it) {
  const std::string script = guest_script(
      {.source = "/it's", .mark = "/it's/!a", .engine = true, .engine_socket = "/run/d'.sock"});
  BOOST_TEST(std::ranges::count(script, '\'') == 2);
  BOOST_TEST(!script.contains('!'));
  BOOST_TEST(!script.contains('\n'));
}

BOOST_AUTO_TEST_CASE(a_machine_is_described) {
  const TempDir programs;
  add_program(programs, "nix",
              "case \"$*\" in\n"
              "--version) echo 'nix (Nix) 2.34.8' ;;\n"
              "'config show') echo 'access-tokens = github.com=secret'\n"
              "  echo 'experimental-features = flakes nix-command'; echo 'sandbox = true'\n"
              "  echo 'substituters = https://user:secret@x.example file:///a' ;;\n"
              "*' store info --json') echo '{\"trusted\":true}' ;;\n"
              "*) exit 1 ;;\nesac\n");
  add_program(programs, "curl", "echo asked >>" + (programs.path() / "asked").string());
  const TempDir folder;
  const auto mark = folder.path() / "it's a mark";
  write_file_atomically(mark, "");
  const Guest guest = run({.source = folder.path().string(), .mark = mark.string()}, programs);
  BOOST_TEST(!guest.machine.empty());
  BOOST_TEST(guest.user_id >= 0);
  BOOST_TEST(guest.nix == (programs.path() / "nix").string());
  BOOST_TEST(guest.nix_in_path);
  BOOST_TEST(guest.nix_commands);
  BOOST_TEST(guest.nix_version == "nix (Nix) 2.34.8");
  BOOST_TEST(guest.setting("sandbox") == "true");
  BOOST_TEST(guest.settings.contains("access-tokens") == false);
  BOOST_TEST(guest.trusted.value_or(false));
  BOOST_TEST(guest.disks.at("/").bytes > 0U);
  BOOST_TEST(guest.tmp_permissions.has_value());
  BOOST_TEST(guest.source_seen);
  BOOST_TEST(guest.source_writable);
  // A password in an address would be seen in the arguments of curl.
  BOOST_TEST(!std::filesystem::exists(programs.path() / "asked"));
  BOOST_TEST(!run({.source = "/", .mark = "/no such file"}, programs).source_seen);
}

BOOST_AUTO_TEST_CASE(commands_that_are_off_are_told) {
  const TempDir programs;
  add_program(programs, "nix",
              "case \"$*\" in\n--version) echo 'nix (Nix) 2.8.0' ;;\n"
              "*'nix-command show-config') echo 'sandbox = false' ;;\n"
              "*'store ping') echo 'error: cannot connect to socket' >&2; exit 1 ;;\n"
              "*) echo nothing >&2; exit 1 ;;\nesac\n");
  const Guest guest = run({}, programs);
  BOOST_TEST(!guest.nix_commands);
  BOOST_TEST(guest.setting("sandbox") == "false");
  BOOST_TEST(guest.store_error == "error: cannot connect to socket");
  BOOST_TEST(!guest.trusted.has_value());
}

BOOST_AUTO_TEST_CASE(caches_are_asked_side_by_side) {
  const TempDir programs;
  add_program(
      programs, "nix",
      "case \"$*\" in\n'config show')\n"
      "  echo 'substituters = https://a.example/?priority=10 https://b.example' ;;\nesac\n");
  add_program(programs, "curl",
              "case \"$*\" in *a.example/nix-cache-info) printf ' 200';;\n"
              "*) echo 'curl: (6) Could not resolve host'; printf ' 000';; esac");
  const Guest guest = run({}, programs);
  BOOST_REQUIRE_EQUAL(guest.caches.size(), 2U);
  const auto a =
      std::ranges::find(guest.caches, std::string("https://a.example/"), &CacheAnswer::url);
  BOOST_REQUIRE((a != guest.caches.end()));
  BOOST_TEST(a->status == 200);
  const auto b =
      std::ranges::find(guest.caches, std::string("https://b.example"), &CacheAnswer::url);
  BOOST_REQUIRE((b != guest.caches.end()));
  BOOST_TEST(b->status == 0);
  BOOST_TEST(b->words.contains("Could not resolve host"));
}

BOOST_AUTO_TEST_SUITE_END()
