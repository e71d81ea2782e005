#include "builder/ssh_command.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::builder;

namespace {

bool holds(const std::vector<std::string>& argv, const std::vector<std::string>& words) {
  return !std::ranges::search(argv, words).empty();
}

} // namespace

BOOST_AUTO_TEST_SUITE(ssh_commands)

BOOST_AUTO_TEST_CASE(the_parts_of_an_url) {
  const SshUrl all = parse_ssh_url("ssh://me@vm.example:2222/run/docker.sock");
  BOOST_TEST(*all.user == "me");
  BOOST_TEST(all.host == "vm.example");
  BOOST_TEST(*all.port == "2222");
  BOOST_TEST(*all.path == "/run/docker.sock");
  const SshUrl least = parse_ssh_url("ssh://vm");
  BOOST_TEST(!least.user);
  BOOST_TEST(least.host == "vm");
  BOOST_TEST(!least.port);
  BOOST_TEST(!least.path);
  BOOST_TEST(!parse_ssh_url("ssh://vm/").path);
  BOOST_TEST(parse_ssh_url("ssh://[::1]:22").host == "::1");
  BOOST_TEST(*parse_ssh_url("ssh://[::1]:22").port == "22");
  BOOST_TEST(*parse_ssh_url("ssh://me%40corp@vm").user == "me@corp");
  BOOST_TEST(*parse_ssh_url("ssh://me@corp@vm").user == "me@corp");
}

BOOST_AUTO_TEST_CASE(what_is_no_such_url_is_refused) {
  for (const char* url : {"",
                          "tcp://vm",
                          "ssh://",
                          "ssh://me@",
                          "ssh://@vm",
                          "ssh://-oProxyCommand=x",
                          "ssh://-l@vm",
                          "ssh://vm:0",
                          "ssh://vm:65536",
                          "ssh://vm:22x",
                          "ssh://me:secret@vm",
                          "ssh://[::1",
                          "ssh://[::1]x",
                          "ssh://vm?x",
                          "ssh://vm#x",
                          "ssh://v%zzm",
                          "ssh://v%2",
                          "ssh://v%00m",
                          "ssh://v m",
                          "ssh://v%0am",
                          "ssh://%2dx"}) {
    BOOST_CHECK_EXCEPTION((void)parse_ssh_url(url), Error, [&](const Error& error) {
      BOOST_TEST(error.message().find("secret") == std::string::npos);
      return error.kind() == ErrorKind::invalid_input;
    });
  }
}

BOOST_AUTO_TEST_CASE(user_port_and_host_are_arguments_of_their_own) {
  const auto argv = ssh_command({.user = "me", .host = "vm", .port = "2222"});
  BOOST_TEST(argv.front() == "ssh");
  BOOST_TEST(holds(argv, {"-T"}));
  BOOST_TEST(holds(argv, {"-o", "ConnectTimeout=30"}));
  BOOST_TEST(holds(argv, {"-o", "ControlMaster=no"}));
  BOOST_TEST(holds(argv, {"-l", "me"}));
  BOOST_TEST(holds(argv, {"-p", "2222"}));
  BOOST_TEST(argv.back() == "vm");
  BOOST_TEST(argv.at(argv.size() - 2) == "--");
}

BOOST_AUTO_TEST_CASE(a_lima_machine_is_reached_by_the_config_in_its_folder) {
  for (const char* folder : {"/home/me/.colima/_lima/colima", "/home/me/.colima/_lima/colima/"}) {
    const auto argv = lima_ssh_command(folder);
    BOOST_TEST(holds(argv, {"-F", "/home/me/.colima/_lima/colima/ssh.config"}));
    BOOST_TEST(holds(argv, {"-o", "ControlPath=none"}));
    BOOST_TEST(holds(argv, {"-o", "BatchMode=yes"}));
    BOOST_TEST(argv.back() == "lima-colima");
  }
}

BOOST_AUTO_TEST_SUITE_END()
