#include "process/runner.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/scope_exit.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace nixbuild;
using process::Command;
using process::ExitStatus;

namespace {

struct Result {
  ExitStatus status;
  std::vector<std::string> out;
  std::vector<std::string> err;
};

Result run(const Command& command, const CancelToken& cancel = {}) {
  Result result;
  const auto runner = process::system_runner();
  result.status = runner->run(
      command, [&](std::string_view line) { result.out.emplace_back(line); },
      [&](std::string_view line) { result.err.emplace_back(line); }, cancel);
  return result;
}

Command sh(std::string script) {
  return {.argv = {"/bin/sh", "-c", std::move(script)}};
}

bool has_kind(const Error& error, ErrorKind kind) {
  BOOST_TEST_MESSAGE(error.message());
  return error.kind() == kind;
}

// Waits for a process that is no child of ours, and was told to end, to be gone.
bool ends(pid_t pid) {
#ifdef __linux__
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return errno == ESRCH;
  pollfd entry{.fd = process.get(), .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, 20'000) == 1;
#else
  return ::kill(pid, 0) != 0;
#endif
}

// Waits for the writers of a pipe to be gone: who is waited for holds it open.
bool wait_for_end_of_file(int fd) {
  pollfd entry{.fd = fd, .events = POLLIN, .revents = 0};
  std::array<char, 256> buffer{};
  while (::poll(&entry, 1, 20'000) == 1) {
    if (::read(fd, buffer.data(), buffer.size()) <= 0) return true;
  }
  return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(system_runner)

BOOST_AUTO_TEST_CASE(exit_status_and_lines_of_both_pipes) {
  const Result result = run(sh("echo one; echo two >&2; printf three; exit 7"));
  BOOST_TEST(result.status.code == 7);
  BOOST_TEST(!result.status.signal.has_value());
  BOOST_TEST(!result.status.success());
  BOOST_TEST((result.out == std::vector<std::string>{"one", "three"}));
  BOOST_TEST((result.err == std::vector<std::string>{"two"}));
  BOOST_TEST(run(sh("true")).status.success());
}

BOOST_AUTO_TEST_CASE(ending_by_a_signal_is_told) {
  const Result result = run(sh("kill -9 $$"));
  BOOST_TEST((result.status.signal == SIGKILL));
  BOOST_TEST(!result.status.success());
}

BOOST_AUTO_TEST_CASE(full_pipes_do_not_block_each_other) {
  const Result result =
      run(sh("head -c 3000000 /dev/zero | tr '\\0' 'e' >&2; yes line | head -n 100000"));
  BOOST_TEST(result.out.size() == 100000U);
  std::size_t bytes = 0;
  for (const std::string& line : result.err)
    bytes += line.size();
  BOOST_TEST(bytes == 3000000U);
}

BOOST_AUTO_TEST_CASE(arguments_arrive_as_they_are) {
  const Result result =
      run({.argv = {"/bin/sh", "-c", "printf '%s\\n' \"$@\"", "sh", "a b", "$HOME", "", "'\"\n"}});
  BOOST_TEST((result.out == std::vector<std::string>{"a b", "$HOME", "", "'\"", ""}));
}

BOOST_AUTO_TEST_CASE(environment_changes) {
  ::setenv("NIXBUILD_TEST_GONE", "here", 1);
  ::setenv("NIXBUILD_TEST_KEPT", "kept", 1);
  Command command = sh("echo ${NIXBUILD_TEST_GONE-gone} $NIXBUILD_TEST_KEPT $NIXBUILD_TEST_NEW");
  command.environment = {{"NIXBUILD_TEST_GONE", std::nullopt}, {"NIXBUILD_TEST_NEW", "new"}};
  BOOST_TEST((run(command).out == std::vector<std::string>{"gone kept new"}));
}

BOOST_AUTO_TEST_CASE(directory_and_search_path) {
  const TempDir folder;
  const auto program = folder.path() / "say";
  write_file_atomically(program, "#!/bin/sh\npwd -P\n");
  ::chmod(program.c_str(), 0755);
  Command command{.argv = {"say"}, .directory = "/", .environment = {}};
  command.environment["PATH"] = "/nowhere:" + folder.path().string() + ":/bin";
  BOOST_TEST((run(command).out == std::vector<std::string>{"/"}));
  command = {.argv = {"./say"}, .directory = folder.path(), .environment = {}};
  BOOST_TEST((run(command).out ==
              std::vector<std::string>{std::filesystem::canonical(folder.path()).string()}));
}

BOOST_AUTO_TEST_CASE(missing_programs_are_named) {
  const auto named = [](const char* name) {
    return [name](const Error& error) {
      return has_kind(error, ErrorKind::not_found) &&
             error.message().find(name) != std::string::npos;
    };
  };
  BOOST_CHECK_EXCEPTION(run({.argv = {"no-such-program"}}), Error, named("no-such-program"));
  BOOST_CHECK_EXCEPTION(run({.argv = {"/no/such"}}), Error, named("/no/such"));
  const TempDir folder;
  const std::string script = (folder.path() / "script").string();
  write_file_atomically(script, "#!/no/such/interpreter\n");
  BOOST_CHECK_EXCEPTION(run({.argv = {script}}), Error,
                        [](const Error& error) { return has_kind(error, ErrorKind::io); });
  ::chmod(script.c_str(), 0755);
  BOOST_CHECK_EXCEPTION(run({.argv = {script}}), Error, named("interpreter"));
}

BOOST_AUTO_TEST_CASE(missing_directory_is_not_a_missing_program) {
  Command command = sh("true");
  command.directory = "/no/such";
  BOOST_CHECK_EXCEPTION(run(command), Error, [](const Error& error) {
    return has_kind(error, ErrorKind::io) && error.message().find("/no/such") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(a_failed_start_leaves_no_zombie) {
  BOOST_CHECK_THROW(run({.argv = {"/no/such"}}), Error);
  run(sh("exit 3"));
  BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1);
  BOOST_TEST(errno == ECHILD);
}

#ifdef __linux__
BOOST_AUTO_TEST_CASE(no_descriptor_of_ours_is_inherited) {
  // One on a low and one on a high number, neither close-on-exec.
  const UniqueFd low(::open("/dev/null", O_RDONLY));
  const UniqueFd high(::fcntl(low.get(), F_DUPFD, 700));
  const Result result = run(sh("ls /proc/$$/fd; true"));
  BOOST_TEST((result.out == std::vector<std::string>{"0", "1", "2"}));
  BOOST_TEST((run(sh("readlink /proc/$$/fd/0")).out == std::vector<std::string>{"/dev/null"}));
}

BOOST_AUTO_TEST_CASE(signals_are_as_after_a_login) {
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::sigaddset(&blocked, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto old_pipe = ::signal(SIGPIPE, SIG_IGN);
  const ScopeExit restore([&] {
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::signal(SIGPIPE, old_pipe);
  });
  const Result result = run({.argv = {"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}});
  BOOST_TEST((result.out ==
              std::vector<std::string>{"SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000"}));
}

BOOST_AUTO_TEST_CASE(the_child_leads_a_group_without_a_terminal) {
  // pid, process group, session, terminal
  const Result result = run(sh("read -r pid name state parent group session terminal rest"
                               " < /proc/$$/stat; echo $((pid == group)) $((pid == session)) "
                               "$terminal"));
  BOOST_TEST((result.out == std::vector<std::string>{"1 1 0"}));
}

// Only a real SIGKILL of a real parent proves it. The program holds a named pipe open.
BOOST_AUTO_TEST_CASE(the_child_dies_with_a_killed_parent) {
  const TempDir folder;
  const std::string fifo = (folder.path() / "alive").string();
  BOOST_TEST(::mkfifo(fifo.c_str(), 0600) == 0);
  const UniqueFd alive(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  Pipe started = make_pipe();
  const pid_t parent = ::fork();
  if (parent == 0) {
    const auto tell = [&](std::string_view line) {
      write_all(started.write.get(), std::as_bytes(std::span(line)));
    };
    const auto runner = process::system_runner();
    runner->run(sh("exec 9>" + fifo + "; echo up; exec sleep 1000"), tell, {}, {});
    ::_exit(0);
  }
  started.write.reset();
  std::array<std::byte, 2> word{};
  BOOST_TEST(read_some(started.read.get(), word) == 2U);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  BOOST_TEST(wait_for_end_of_file(alive.get()));
}
#endif

BOOST_AUTO_TEST_CASE(cancelled_before_the_start_starts_nothing) {
  const CancelSource source;
  source.raise(CancelLevel::graceful);
  BOOST_CHECK_EXCEPTION(run({.argv = {"/no/such"}}, source.token()), Error,
                        [](const Error& error) { return has_kind(error, ErrorKind::cancelled); });
}

BOOST_AUTO_TEST_CASE(cancel_ends_the_whole_group) {
  const CancelSource source;
  const auto runner = process::system_runner();
  std::vector<pid_t> group;
  const Command command = sh("sleep 1000 & echo $!; sleep 1000 & echo $!; echo $$; wait");
  BOOST_CHECK_EXCEPTION(runner->run(
                            command,
                            [&](std::string_view line) {
                              group.push_back(std::stoi(std::string(line)));
                              if (group.size() == 3) source.raise(CancelLevel::graceful);
                            },
                            {}, source.token()),
                        Error,
                        [](const Error& error) { return has_kind(error, ErrorKind::cancelled); });
  BOOST_TEST(group.size() == 3U);
  for (const pid_t member : group)
    BOOST_TEST(ends(member));
}

BOOST_AUTO_TEST_CASE(cancel_lets_the_program_clean_up) {
  const CancelSource source;
  const auto runner = process::system_runner();
  std::vector<std::string> out;
  const auto on_line = [&](std::string_view line) {
    out.emplace_back(line);
    if (line == "ready") source.raise(CancelLevel::graceful);
  };
  BOOST_CHECK_THROW(
      runner->run(sh("trap 'echo cleaned; exit 0' TERM; echo ready; while :; do sleep 0.01; done"),
                  on_line, {}, source.token()),
      Error);
  BOOST_TEST((out == std::vector<std::string>{"ready", "cleaned"}));
}

BOOST_AUTO_TEST_CASE(forced_level_kills_who_ignores_sigterm) {
  const CancelSource source;
  const auto runner = process::system_runner();
  std::vector<pid_t> group;
  const auto on_line = [&](std::string_view line) {
    group.push_back(std::stoi(std::string(line)));
    source.raise(CancelLevel::graceful);
    // From another thread, as the signal thread does.
    std::thread([&] { source.raise(CancelLevel::forced); }).join();
  };
  BOOST_CHECK_THROW(runner->run(sh("trap '' TERM; echo $$; while :; do sleep 1; done"), on_line, {},
                                source.token()),
                    Error);
  BOOST_TEST(group.size() == 1U);
  BOOST_TEST(ends(group.at(0)));
}

BOOST_AUTO_TEST_CASE(an_exception_of_a_handler_ends_the_program) {
  const auto runner = process::system_runner();
  pid_t pid = 0;
  const auto throwing = [&](std::string_view line) {
    pid = std::stoi(std::string(line));
    throw Error(ErrorKind::corrupt, "enough");
  };
  BOOST_CHECK_EXCEPTION(runner->run(sh("echo $$; exec sleep 1000"), throwing, {}, {}), Error,
                        [](const Error& error) { return has_kind(error, ErrorKind::corrupt); });
  BOOST_TEST(pid > 0);
  BOOST_TEST(ends(pid));
}

BOOST_AUTO_TEST_CASE(background_programs_do_not_hold_us) {
  // They keep the pipes open after the program that we started has ended: one silent, one loud.
  const Result silent = run(sh("(trap '' HUP; exec sleep 5) & echo done"));
  BOOST_TEST((silent.out == std::vector<std::string>{"done"}));
  const Result loud = run(sh("yes & exit 4"));
  BOOST_TEST(loud.status.code == 4);
}

BOOST_AUTO_TEST_CASE(many_threads_at_once) {
  std::array<std::vector<int>, 4> codes;
  std::vector<std::thread> threads;
  threads.reserve(codes.size());
  for (std::vector<int>& seen : codes) {
    threads.emplace_back([&seen] {
      for (int code = 0; code < 8; ++code)
        seen.push_back(run(sh("exit " + std::to_string(code))).status.code);
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  for (const std::vector<int>& seen : codes)
    BOOST_TEST((seen == std::vector{0, 1, 2, 3, 4, 5, 6, 7}));
}

BOOST_AUTO_TEST_CASE(capture_joins_lines) {
  const auto runner = process::system_runner();
  const auto captured = process::capture(*runner, sh("echo a; echo; echo b; echo e >&2"), {});
  BOOST_TEST(captured.out == "a\n\nb");
  BOOST_TEST(captured.err == "e");
  BOOST_TEST(captured.status.success());
}

BOOST_AUTO_TEST_CASE(capture_is_bounded) {
  const auto runner = process::system_runner();
  BOOST_CHECK_EXCEPTION((void)process::capture(*runner, sh("yes"), {}, 100'000), Error,
                        [](const Error& error) { return has_kind(error, ErrorKind::corrupt); });
}

BOOST_AUTO_TEST_SUITE_END()
