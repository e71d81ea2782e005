#include "registry/credentials.hpp"

#include "support/error.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nixbuild::registry {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::size_t largest_answer = std::size_t{1} << 20U;
// github.com/docker/docker-credential-helpers, credentials/error.go
constexpr std::string_view not_found = "credentials not found in native keychain";

Credentials credentials_of(const config::Login& login) {
  return {.username = login.username,
          .password = login.password,
          .identity_token = login.identity_token,
          .registry_token = login.registry_token};
}

// "https://ghcr.io/v2/" as the name of a server.
std::string_view server_in(std::string_view key) {
  const std::size_t scheme = key.find("://");
  if (scheme != std::string_view::npos) key.remove_prefix(scheme + 3);
  return key.substr(0, key.find('/'));
}

Credentials find_stored(const std::string& key,
                        const std::map<std::string, config::Login>& stored) {
  const auto exact = stored.find(key);
  if (exact != stored.end()) return credentials_of(exact->second);
  const auto similar = std::ranges::find_if(
      stored, [&](const auto& entry) { return server_in(entry.first) == key; });
  return similar == stored.end() ? Credentials{} : credentials_of(similar->second);
}

bool is_installed(const std::string& program, const Environment& environment) {
  std::string path = environment.get("PATH").value_or("");
  while (!path.empty()) {
    const std::size_t end = path.find(':');
    const fs::path file = fs::path(path.substr(0, end)) / program;
    if (::access(file.c_str(), X_OK) == 0) return true;
    path.erase(0, end == std::string::npos ? end : end + 1);
  }
  return false;
}

// The helper that the CLI takes when its configuration has no word about logins.
std::string platform_helper(const Environment& environment) {
#ifdef __APPLE__
  const std::string name = "osxkeychain";
#else
  const std::string name = is_installed("pass", environment) ? "pass" : "secretservice";
#endif
  return is_installed("docker-credential-" + name, environment) ? name : std::string();
}

std::string read_answer(int fd, const std::string& program, const CancelToken& cancel) {
  std::string answer;
  std::array<char, 4096> buffer{};
  while (true) {
    cancel.throw_if_cancelled();
    std::array<pollfd, 2> watched{pollfd{.fd = fd, .events = POLLIN, .revents = 0},
                                  pollfd{.fd = cancel.poll_fd(), .events = POLLIN, .revents = 0}};
    const int ready = ::poll(watched.data(), watched.size(), -1);
    if (ready < 0 && errno != EINTR) throw system_error(errno, "cannot wait for a program");
    if (ready <= 0 || watched[0].revents == 0) continue;
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    // A helper that has not read the key ends the connection so, after its answer.
    if (count == 0 || (count < 0 && errno == ECONNRESET)) return answer;
    if (count < 0 && errno != EINTR) throw system_error(errno, "cannot read from a program");
    if (count > 0) answer.append(buffer.data(), static_cast<std::size_t>(count));
    if (answer.size() > largest_answer)
      throw Error(ErrorKind::corrupt,
                  format("'{} get' printed more than {}", program, format_bytes(largest_answer)));
  }
}

std::string_view trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(" \t\r\n") - start + 1);
}

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(std::string_view(value->get_string()))
                                                : std::string();
}

Credentials parse_answer(const std::string& answer, const std::string& program) {
  boost::system::error_code error;
  const json::value document = json::parse(answer, error);
  // The answer holds a secret, so it is not shown.
  if (error || !document.is_object())
    throw Error(ErrorKind::corrupt, format("'{} get' did not print a login", program));
  std::string username = text_member(document.get_object(), "Username");
  std::string secret = text_member(document.get_object(), "Secret");
  if (username == "<token>") return {.identity_token = std::move(secret)};
  return {.username = std::move(username), .password = std::move(secret)};
}

Credentials ask_helper(const std::string& name, const std::string& key, process::Runner& processes,
                       const CancelToken& cancel) {
  const std::string program = "docker-credential-" + name;
  Pipe ends = make_socket_pair();
  std::unique_ptr<process::Child> child;
  try {
    child = processes.start_on_socket({.argv = {program, "get"}}, std::move(ends.write));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    throw Error(ErrorKind::not_found, format("docker keeps the login for {} with {}, which is not "
                                             "installed",
                                             key, program))
        .with_hint("install it, or take it out of credsStore or credHelpers in docker's "
                   "config.json and log in again");
  }
  // A helper that does not read will say why.
  (void)::send(ends.read.get(), key.data(), key.size(), MSG_NOSIGNAL);
  (void)::shutdown(ends.read.get(), SHUT_WR);
  const std::string answer = read_answer(ends.read.get(), program, cancel);
  if (child->wait().success()) return parse_answer(answer, program);
  if (trimmed(answer) == not_found) return {};
  std::string words(trimmed(answer).substr(0, 1000));
  const std::string more = child->tail_of_stderr();
  if (!more.empty()) words += (words.empty() ? "" : "\n") + more;
  throw Error(ErrorKind::failed, format("'{} get' could not tell the login for {}", program, key))
      .with_detail(std::move(words))
      .with_hint("is the keychain locked? `docker login` uses the same program");
}

} // namespace

std::string login_key(const std::string& domain) {
  return domain == "docker.io" ? "https://index.docker.io/v1/" : domain;
}

Credentials find_credentials(const std::string& domain, const config::Logins& logins,
                             const Environment& environment, process::Runner& processes,
                             const CancelToken& cancel) {
  const std::string key = login_key(domain);
  if (const auto login = config::login_of_variable(environment, key)) return credentials_of(*login);
  const auto own = logins.helpers.find(key);
  std::string helper = own != logins.helpers.end() ? own->second : logins.store;
  if (!logins.configured) helper = platform_helper(environment);
  if (!helper.empty()) return ask_helper(helper, key, processes, cancel);
  return find_stored(key, logins.stored);
}

} // namespace nixbuild::registry
