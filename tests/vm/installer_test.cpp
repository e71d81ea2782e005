#include "support/error.hpp"
#include "support/files.hpp"
#include "vm/installer.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::vm;

namespace {

std::string program_for(char machine) {
  std::string head("\x7f"
                   "ELF\x02\x01\x01",
                   7);
  head.resize(64);
  head[18] = machine;
  return head;
}

} // namespace

BOOST_AUTO_TEST_SUITE(installer)

BOOST_AUTO_TEST_CASE(first_folder_that_has_it) {
  const TempDir empty;
  const TempDir full;
  const auto file = full.path() / "nix-installer-aarch64-linux";
  write_file_atomically(file, program_for('\xb7'));
  const auto found = find_installer({empty.path(), full.path()}, "aarch64-linux");
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->path == file);
  BOOST_TEST(found->size == 64U);
  BOOST_TEST(!find_installer({empty.path(), full.path()}, "x86_64-linux").has_value());
}

BOOST_AUTO_TEST_CASE(program_for_another_machine_is_refused) {
  const TempDir folder;
  const auto file = folder.path() / "installer";
  write_file_atomically(file, program_for('\x3e'));
  BOOST_TEST(open_installer(file, "x86_64-linux").size == 64U);
  BOOST_CHECK_EXCEPTION((void)open_installer(file, "aarch64-linux"), Error, [](const Error& error) {
    return error.kind() == ErrorKind::invalid_input && error.message().contains("x86_64-linux") &&
           error.hint().contains("nix-installer-aarch64-linux");
  });
}

BOOST_AUTO_TEST_CASE(script_is_for_any_machine) {
  const TempDir folder;
  const auto file = folder.path() / "installer";
  for (const char* text : {"#!/bin/sh\n", "",
                           "\x7f"
                           "ELF"}) {
    write_file_atomically(file, text);
    BOOST_TEST(open_installer(file, "aarch64-linux").path == file);
  }
}

BOOST_AUTO_TEST_CASE(no_file) {
  const TempDir folder;
  for (const auto& file : {folder.path() / "none", folder.path()}) {
    BOOST_CHECK_EXCEPTION((void)open_installer(file, "aarch64-linux"), Error,
                          [](const Error& error) { return error.kind() == ErrorKind::not_found; });
  }
}

BOOST_AUTO_TEST_SUITE_END()
