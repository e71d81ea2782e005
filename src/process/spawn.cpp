#include "process/spawn.hpp"

#include "support/environment.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <span>
#include <string_view>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

namespace nixbuild::process {

namespace {

namespace fs = std::filesystem;

std::map<std::string, std::string> environment_of(const Command& command) {
  std::map<std::string, std::string> variables = Environment::of_process().variables();
  for (const auto& [name, value] : command.environment) {
    if (value) {
      variables.insert_or_assign(name, *value);
    } else {
      variables.erase(name);
    }
  }
  return variables;
}

bool is_executable_file(const fs::path& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

fs::path resolve_program(const std::string& name, std::string_view search_path) {
  if (name.find('/') != std::string::npos) return name;
  while (!name.empty() && !search_path.empty()) {
    const std::size_t end = std::min(search_path.find(':'), search_path.size());
    const std::string_view folder = search_path.substr(0, end);
    search_path.remove_prefix(std::min(end + 1, search_path.size()));
    // Absolute, because the child changes its directory before it starts the program.
    const fs::path candidate = fs::absolute(folder.empty() ? "." : folder) / name;
    if (is_executable_file(candidate)) return candidate;
  }
  throw Error(ErrorKind::not_found, format("the program '{}' was not found in PATH", name));
}

// Everything that the child needs, made before the fork: between fork and exec only
// async-signal-safe calls are allowed, since other threads may have held any lock.
class Image {
public:
  explicit Image(const Command& command) : argv_text_(command.argv) {
    const auto variables = environment_of(command);
    const auto path = variables.find("PATH");
    program_ = resolve_program(argv_text_.empty() ? std::string() : argv_text_.front(),
                               path == variables.end() ? "/usr/bin:/bin" : path->second);
    if (command.directory) directory_ = command.directory.value_or(".").string();
    environment_text_.reserve(variables.size());
    for (const auto& [name, value] : variables)
      environment_text_.push_back(format("{}={}", name, value));
    argv_ = pointers(argv_text_);
    environment_ = pointers(environment_text_);
  }

  [[nodiscard]] const char* program() const { return program_.c_str(); }
  [[nodiscard]] const char* directory() const { return directory_ ? directory_->c_str() : nullptr; }
  [[nodiscard]] char* const* argv() const { return argv_.data(); }
  [[nodiscard]] char* const* environment() const { return environment_.data(); }

private:
  static std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> list;
    list.reserve(words.size() + 1);
    for (std::string& word : words)
      list.push_back(word.data());
    list.push_back(nullptr);
    return list;
  }

  std::vector<std::string> argv_text_;
  std::vector<std::string> environment_text_;
  std::vector<char*> argv_;
  std::vector<char*> environment_;
  fs::path program_;
  std::optional<std::string> directory_;
};

enum class Stage : int { streams, directory, exec };

// What the child writes to its parent when it cannot become the program.
struct StartFailure {
  Stage stage;
  int errno_value;
};

// No signal may reach a handler of ours in the child before its dispositions are reset.
class SignalsBlocked {
public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
  sigset_t before_{};
};

// --- From here to run_image: runs between fork and exec ---

void restore_signals() noexcept {
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number)
    ::sigaction(number, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void die_with_parent([[maybe_unused]] pid_t parent) noexcept {
#ifdef __linux__
  // SIGTERM and not SIGKILL, so that Nix can end its builders.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127); // it died before the call
#endif
}

void close_on_exec_from(int first) noexcept {
#if defined(__linux__) && defined(SYS_close_range)
  constexpr unsigned int close_range_cloexec = 4;
  if (::syscall(SYS_close_range, first, ~0U, close_range_cloexec) == 0) return;
#endif
  rlimit limit{};
  constexpr rlim_t most = 65536;
  const rlim_t end =
      ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? std::min(limit.rlim_cur, most) : most;
  for (int fd = first; static_cast<rlim_t>(fd) < end; ++fd)
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

bool place_streams(const StandardStreams& streams) noexcept {
  // First away from 0..2: our own standard streams may have been closed, and then a pipe of ours
  // sits on a number that the next dup2 overwrites.
  const int in = ::fcntl(streams.in, F_DUPFD, 3);
  const int out = ::fcntl(streams.out, F_DUPFD, 3);
  const int err = ::fcntl(streams.err, F_DUPFD, 3);
  return in >= 0 && out >= 0 && err >= 0 && ::dup2(in, 0) >= 0 && ::dup2(out, 1) >= 0 &&
         ::dup2(err, 2) >= 0;
}

[[noreturn]] void give_up(int report, Stage stage) noexcept {
  const StartFailure failure{stage, errno};
  // The pipe is empty and takes it whole; if the parent is gone nobody wants it.
  [[maybe_unused]] const ssize_t written = ::write(report, &failure, sizeof failure);
  ::_exit(127); // not exit(): the buffers and atexit handlers belong to the parent
}

[[noreturn]] void run_image(const Image& image, const StandardStreams& streams, int report,
                            pid_t parent) noexcept {
  ::setsid();
  die_with_parent(parent);
  report = ::fcntl(report, F_DUPFD, 3);
  if (!place_streams(streams)) give_up(report, Stage::streams);
  close_on_exec_from(3);
  if (image.directory() != nullptr && ::chdir(image.directory()) != 0) {
    give_up(report, Stage::directory);
  }
  restore_signals();
  ::execve(image.program(), image.argv(), image.environment());
  give_up(report, Stage::exec);
}

// --- End of what runs between fork and exec ---

std::optional<StartFailure> read_failure(int report) {
  StartFailure failure{};
  const std::size_t got = read_some(report, std::as_writable_bytes(std::span(&failure, 1)));
  if (got != sizeof failure) return std::nullopt; // closed by a successful exec
  return failure;
}

Error explain(const StartFailure& failure, const Command& command) {
  const std::string& program = command.argv.front();
  switch (failure.stage) {
  case Stage::streams:
    return system_error(failure.errno_value, format("cannot start '{}'", program));
  case Stage::directory:
    return system_error(failure.errno_value, format("cannot start '{}' in {}", program,
                                                    command.directory.value_or(".").string()));
  case Stage::exec:
    break;
  }
  if (failure.errno_value != ENOENT && failure.errno_value != ENOTDIR) {
    return system_error(failure.errno_value, format("cannot start '{}'", program));
  }
  const fs::path path = command.directory.value_or(".") / fs::path(program);
  const bool is_there = program.find('/') == std::string::npos || ::access(path.c_str(), F_OK) == 0;
  return {ErrorKind::not_found,
          is_there ? format("the interpreter or loader of the program '{}' does not exist", program)
                   : format("the program '{}' does not exist", program)};
}

} // namespace

pid_t spawn(const Command& command, const StandardStreams& streams) {
  const Image image(command);
  Pipe report = make_pipe();
  const pid_t parent = ::getpid();
  pid_t child = -1;
  int fork_errno = 0;
  {
    const SignalsBlocked blocked;
    child = ::fork();
    fork_errno = errno;
    if (child == 0) run_image(image, streams, report.write.get(), parent);
  }
  if (child < 0) throw system_error(fork_errno, format("cannot start '{}'", command.argv.front()));
  report.write.reset();
  if (const auto failure = read_failure(report.read.get())) {
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    throw explain(*failure, command);
  }
  return child;
}

void become(const Command& command) {
  const Image image(command);
  if (image.directory() != nullptr && ::chdir(image.directory()) != 0)
    throw explain({.stage = Stage::directory, .errno_value = errno}, command);
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  ::sigaction(SIGPIPE, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  close_on_exec_from(3);
  ::execve(image.program(), image.argv(), image.environment());
  throw explain({.stage = Stage::exec, .errno_value = errno}, command);
}

} // namespace nixbuild::process
