#include "agent/call.hpp"
#include "builder/start_agent.hpp"
#include "fakes/recording_reporter.hpp"
#include "process/runner.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>

using namespace nixbuild;
using namespace nixbuild::builder;

namespace fs = std::filesystem;

namespace {

std::string this_machine() {
  utsname names{};
  BOOST_REQUIRE_EQUAL(::uname(&names), 0);
  return names.machine;
}

// Another machine: a home of its own, and an ssh that runs the command it is given there.
class OtherMachine {
public:
  OtherMachine() {
    fs::create_directories(home());
    const AgentFiles real = read(NIXBUILD_TEST_AGENT);
    agents_.emplace(this_machine(), real.begin()->second);
    ssh_is("exec sh -c \"$1\"");
  }

  [[nodiscard]] fs::path home() const { return temp_.path() / "home with blank"; }
  [[nodiscard]] fs::path cache() const { return home() / ".cache/docker-nixbuild"; }
  [[nodiscard]] fs::path agent_there() const {
    return cache() / ("agent-" + agents_.begin()->second.sha256);
  }
  [[nodiscard]] std::vector<std::string> files_there() const {
    std::vector<std::string> names;
    if (!fs::exists(cache())) return names;
    for (const auto& entry : fs::directory_iterator(cache()))
      names.push_back(entry.path().filename());
    return names;
  }

  // What ssh does: a shell script whose $1 is the command.
  void ssh_is(const std::string& script) const {
    std::ofstream(temp_.path() / "ssh") << format(
        "#!/bin/sh\nexport HOME='{}'\nunset XDG_CACHE_HOME\n{}\n", home().string(), script);
    fs::permissions(temp_.path() / "ssh", fs::perms::owner_all);
  }
  // A folder of programs that go before the real ones.
  void program_is(const std::string& name, const std::string& script) const {
    const fs::path file = temp_.path() / "bin" / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(file, fs::perms::owner_all);
    ssh_is(format("PATH='{}':$PATH exec sh -c \"$1\"", (temp_.path() / "bin").string()));
  }

  agent::Connection start() { return start(agents_); }
  agent::Connection start(const AgentFiles& agents) {
    return start_agent({(temp_.path() / "ssh").string()}, "vm", agents, *runner_, reporter_,
                       cancel_.token());
  }
  Error failure() { return failure(agents_); }
  Error failure(const AgentFiles& agents) {
    try {
      (void)start(agents);
    } catch (const Error& error) {
      return error;
    }
    BOOST_FAIL("no error");
    return {ErrorKind::internal, ""};
  }
  std::string call(agent::Connection& connection, const std::string& request) {
    return connection.call(
        request, reporter_,
        [](const std::string& question, archive::Source&, archive::Sink& back) {
          back.write(std::as_bytes(std::span(std::string_view(" and data"))));
          return "answer to " + question;
        },
        cancel_.token());
  }
  int copies() {
    int count = 0;
    for (const std::string& step : reporter_.steps())
      count += step == "copy the agent to vm" ? 1 : 0;
    return count;
  }
  [[nodiscard]] const fs::path& folder() const { return temp_.path(); }
  [[nodiscard]] const CancelSource& cancel() const { return cancel_; }

private:
  static AgentFiles read(const fs::path& program) {
    const TempDir temp;
    fs::create_symlink(program, temp.path() / "docker-nixbuild-agent-linux-amd64");
    AgentFiles found = find_agents({temp.path()});
    found.begin()->second.path = program;
    return found;
  }

  TempDir temp_;
  AgentFiles agents_;
  std::unique_ptr<process::Runner> runner_ = process::system_runner();
  fakes::RecordingReporter reporter_;
  CancelSource cancel_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(starting_an_agent)

BOOST_AUTO_TEST_CASE(an_agent_that_is_not_there_is_copied_once) {
  OtherMachine machine;
  {
    agent::Connection connection = machine.start();
    BOOST_TEST(connection.hello().version == "test");
    BOOST_TEST(machine.call(connection, "echo hello there") == "hello there");
  }
  BOOST_TEST(machine.copies() == 1);
  struct stat file{};
  BOOST_REQUIRE_EQUAL(::stat(machine.agent_there().c_str(), &file), 0);
  BOOST_TEST((file.st_mode & 07777U) == 0700U);
  BOOST_REQUIRE_EQUAL(::stat(machine.cache().c_str(), &file), 0);
  BOOST_TEST((file.st_mode & 07777U) == 0700U);
  agent::Connection again = machine.start();
  BOOST_TEST(machine.call(again, "ask this") == "answer to this and data");
  BOOST_TEST(machine.copies() == 1);
  BOOST_TEST(machine.files_there().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_something_else_is_never_run) {
  OtherMachine machine;
  (void)machine.start();
  const fs::path proof = machine.folder() / "was run";
  std::ofstream(machine.agent_there()) << "#!/bin/sh\ntouch '" << proof.string() << "'\n";
  agent::Connection connection = machine.start();
  BOOST_TEST(machine.call(connection, "echo fine") == "fine");
  BOOST_TEST(!fs::exists(proof));
  BOOST_TEST(machine.copies() == 2);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_run_any_more_is_copied_again) {
  OtherMachine machine;
  (void)machine.start();
  fs::permissions(machine.agent_there(), fs::perms::owner_read);
  agent::Connection connection = machine.start();
  BOOST_TEST(machine.call(connection, "echo fine") == "fine");
}

BOOST_AUTO_TEST_CASE(a_copy_that_breaks_off_anywhere_leaves_nothing) {
  OtherMachine machine;
  for (const std::size_t kept : {0U, 1U, 4096U, 100'000U}) {
    machine.ssh_is(format("case $1 in *head*) head -c {} | sh -c \"$1\";; *) exec sh -c \"$1\";; "
                          "esac",
                          kept));
    const Error error = machine.failure();
    BOOST_TEST((error.kind() == ErrorKind::corrupt));
    BOOST_TEST(machine.files_there().empty());
  }
  machine.ssh_is("exec sh -c \"$1\"");
  agent::Connection connection = machine.start();
  BOOST_TEST(machine.call(connection, "echo fine") == "fine");
}

BOOST_AUTO_TEST_CASE(a_machine_that_we_have_no_agent_for_is_named) {
  OtherMachine machine;
  const Error error = machine.failure(AgentFiles());
  BOOST_TEST((error.kind() == ErrorKind::not_found));
  BOOST_TEST(error.message() ==
             format("this installation has no agent for vm (Linux {})", this_machine()));
}

BOOST_AUTO_TEST_CASE(a_full_disk_there_is_said) {
  OtherMachine machine;
  machine.program_is("head", "echo 'head: error writing: No space left on device' >&2; exit 1");
  const Error error = machine.failure();
  BOOST_TEST((error.kind() == ErrorKind::no_space));
  BOOST_TEST(machine.files_there().empty());
}

BOOST_AUTO_TEST_CASE(a_cache_folder_that_cannot_be_made_is_said) {
  OtherMachine machine;
  std::ofstream(machine.home() / ".cache") << "a file";
  BOOST_TEST((machine.failure().kind() == ErrorKind::io));
}

BOOST_AUTO_TEST_CASE(a_home_without_execution_is_said) {
  OtherMachine machine;
  machine.program_is("chmod", "exit 0"); // so that the file stays as on a noexec file system
  const Error error = machine.failure();
  BOOST_TEST((error.kind() == ErrorKind::refused));
  BOOST_TEST(error.message() == "the agent may not be executed on vm");
}

BOOST_AUTO_TEST_CASE(a_machine_without_sha256sum_is_said) {
  OtherMachine machine;
  machine.program_is("uname", format("echo Linux {}", this_machine()));
  machine.ssh_is(
      format("export PATH='{}'; exec /bin/sh -c \"$1\"", (machine.folder() / "bin").string()));
  fs::create_symlink("/bin/sh", machine.folder() / "bin/sh");
  BOOST_TEST(machine.failure().message() == "there is no sha256sum on vm");
}

BOOST_AUTO_TEST_CASE(a_shell_that_prints_on_its_own_is_said) {
  OtherMachine machine;
  machine.ssh_is("echo Welcome; exec sh -c \"$1\"");
  const Error error = machine.failure();
  BOOST_TEST(error.detail().starts_with("Welcome"));
}

BOOST_AUTO_TEST_CASE(what_ssh_says_is_passed_on) {
  OtherMachine machine;
  machine.ssh_is("echo 'Host key verification failed.' >&2; exit 255");
  const Error error = machine.failure();
  BOOST_TEST((error.kind() == ErrorKind::refused));
  BOOST_TEST(error.detail() == "Host key verification failed.\n");
}

BOOST_AUTO_TEST_CASE(an_ssh_that_is_killed_is_said) {
  OtherMachine machine;
  machine.ssh_is("kill -9 $$");
  BOOST_TEST(machine.failure().message() == "the way to vm was ended by signal 9");
}

BOOST_AUTO_TEST_CASE(a_machine_without_ssh_is_said) {
  const auto runner = process::system_runner();
  fakes::RecordingReporter reporter;
  BOOST_CHECK_EXCEPTION(
      (void)start_agent({"/nonexistent/ssh"}, "vm", AgentFiles(), *runner, reporter, {}), Error,
      [](const Error& error) { return error.kind() == ErrorKind::not_found; });
}

BOOST_AUTO_TEST_CASE(an_agent_that_dies_is_a_lost_connection) {
  for (const std::string request : {"die", "die ask"}) {
    OtherMachine machine;
    agent::Connection connection = machine.start();
    BOOST_CHECK_EXCEPTION((void)machine.call(connection, request), Error, [](const Error& error) {
      BOOST_TEST(error.detail() == "this goes to standard error\n");
      return error.kind() == ErrorKind::unavailable;
    });
  }
}

BOOST_AUTO_TEST_CASE(an_agent_that_is_cancelled_ends) {
  OtherMachine machine;
  // As over a network: what kills ssh here does not reach the agent.
  machine.ssh_is("setsid -w sh -c \"$1\"");
  const fs::path fifo = machine.folder() / "held";
  BOOST_REQUIRE_EQUAL(::mkfifo(fifo.c_str(), 0600), 0);
  UniqueFd held;
  {
    auto connection = std::make_unique<agent::Connection>(machine.start());
    const UniqueFd keep_open(::open(fifo.c_str(), O_RDWR));
    std::thread caller([&] {
      BOOST_CHECK_THROW((void)machine.call(*connection, "wait " + fifo.string()), Error);
    });
    held = UniqueFd(::open(fifo.c_str(), O_RDONLY));
    machine.cancel().raise(CancelLevel::forced);
    caller.join();
  }
  std::array<std::byte, 1> none{};
  BOOST_TEST(read_some(held.get(), none) == 0U); // the agent has let go of it
}

BOOST_AUTO_TEST_SUITE_END()
