#include "builder/ssh_failure.hpp"

#include "builder/agent_script.hpp"
#include "progress/text.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>

namespace nixbuild::builder {

namespace {

constexpr int failed_by_ssh = 255;  // ssh(1), EXIT STATUS
constexpr int not_executable = 126; // sh(1): found, and cannot be executed

// sshd does this while too many connections wait to log in (sshd_config(5), MaxStartups), and to
// an address whose logins failed again and again (PerSourcePenalties).
constexpr auto turned_away = "the ssh server of {} closes the connection before anyone can log in";
constexpr auto wait_a_minute =
    "too many connections or failed logins make it refuse for a while: wait a minute, try again";

// What OpenSSH says (ssh.c, sshconnect.c, readconf.c), and what it means to the user.
struct SshTrouble {
  const char* words;
  ErrorKind kind;
  const char* message; // with the peer's name
  const char* hint;
};
constexpr std::array<SshTrouble, 10> ssh_troubles{{
    {"REMOTE HOST IDENTIFICATION HAS CHANGED", ErrorKind::refused,
     "the host key of {} is not the one that is known",
     "if the machine was set up anew, remove the old key with `ssh-keygen -R HOST`"},
    {"Host key verification failed", ErrorKind::refused, "the host key of {} is not known",
     "connect once by hand with ssh, compare the key, and accept it"},
    {"Permission denied (", ErrorKind::refused,
     "{} does not let us in by a key, and no password can be asked for here",
     "add a key there with `ssh-copy-id`; one with a passphrase goes into the agent: `ssh-add`"},
    {"Connection refused", ErrorKind::unavailable, "no ssh server answers on {}",
     "is the machine running, and is the port right?"},
    {"Could not resolve hostname", ErrorKind::unavailable, "the name of {} is not known", ""},
    {"timed out", ErrorKind::unavailable, "{} does not answer", "is the machine running?"},
    {"No route to host", ErrorKind::unavailable, "{} cannot be reached", "is the machine running?"},
    {"Network is unreachable", ErrorKind::unavailable, "{} cannot be reached",
     "is this machine connected?"},
    {"kex_exchange_identification", ErrorKind::unavailable, turned_away, wait_a_minute},
    {"Connection closed by ", ErrorKind::unavailable, turned_away, wait_a_minute},
}};

bool says(const std::string& text, std::string_view words) {
  return text.find(words) != std::string::npos;
}

Error failure_of_ssh(const std::string& words, const std::string& peer) {
  const auto* const trouble = std::ranges::find_if(
      ssh_troubles, [&](const SshTrouble& one) { return says(words, one.words); });
  if (trouble == ssh_troubles.end())
    return Error(ErrorKind::unavailable, format("cannot get to {} by ssh", peer));
  return Error(trouble->kind, format(fmt::runtime(trouble->message), peer))
      .with_hint(trouble->hint);
}

std::string last_line(std::string_view text) {
  while (text.ends_with('\n'))
    text.remove_suffix(1);
  return progress::printable(text.substr(text.rfind('\n') + 1));
}

Error no_agent_for(const std::string& words, const std::string& peer) {
  return Error(ErrorKind::not_found,
               format("this installation has no agent for {} ({})", peer, last_line(words)))
      .with_hint("the files docker-nixbuild-agent-linux-amd64 and -arm64 belong beside the plugin, "
                 "or where NIXBUILD_AGENT_DIR says");
}

Error failure(int status, const std::string& words, const std::string& peer) {
  switch (status) {
  case script_status::no_sha256sum:
    return Error(ErrorKind::not_found, format("there is no sha256sum on {}", peer))
        .with_hint("it is part of coreutils and of busybox");
  case script_status::other_machine:
    return no_agent_for(words, peer);
  case script_status::cannot_write:
    return write_failure("the agent", words, peer)
        .with_hint("it is kept in docker-nixbuild in the user's cache folder there "
                   "($XDG_CACHE_HOME, else ~/.cache)");
  case script_status::damaged:
    return {ErrorKind::corrupt, format("the agent did not arrive on {} as it was sent", peer)};
  case script_status::cannot_run:
  case not_executable:
    return Error(ErrorKind::refused, format("the agent may not be executed on {}", peer))
        .with_hint("is the user's cache folder there on a file system that is mounted noexec? "
                   "XDG_CACHE_HOME can name another one");
  case failed_by_ssh:
    return failure_of_ssh(words, peer);
  default:
    return {ErrorKind::failed, format("the agent does not start on {} (status {})", peer, status)};
  }
}

} // namespace

Error write_failure(std::string_view what, const std::string& words, const std::string& peer) {
  if (says(words, "No space left") || says(words, "uota exceeded"))
    return {ErrorKind::no_space, format("the disk is full on {}", peer)};
  return {ErrorKind::io, format("{} cannot be stored on {}", what, peer)};
}

bool is_for_want_of_agent(const agent::NoGreeting& end) {
  if (!end.out.empty() || !end.status || end.status->signal) return false;
  const int status = end.status->code;
  return status == script_status::no_sha256sum || status == script_status::other_machine ||
         status == script_status::cannot_run || status == not_executable;
}

Error start_failure(const agent::NoGreeting& end, const std::string& peer) {
  // Whatever printed this, it was there before anything of ours.
  if (!end.out.empty()) {
    return Error(ErrorKind::failed, format("the shell on {} prints text where only the agent's "
                                           "messages may be",
                                           peer))
        .with_detail(end.out.substr(0, 1000))
        .with_hint("its start-up files (.bashrc, .cshrc, …) have to be silent unless the shell is "
                   "interactive");
  }
  const process::ExitStatus status = end.status.value_or(process::ExitStatus{});
  Error error = status.signal
                    ? Error(ErrorKind::unavailable,
                            format("the way to {} was ended by signal {}", peer, *status.signal))
                    : failure(status.code, end.err, peer);
  return std::move(error).with_detail(end.err);
}

} // namespace nixbuild::builder
