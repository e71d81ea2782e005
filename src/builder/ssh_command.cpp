#include "builder/ssh_command.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace nixbuild::builder {

namespace {

constexpr std::string_view scheme = "ssh://";

[[noreturn]] void refuse(std::string_view url, std::string_view problem) {
  throw Error(ErrorKind::invalid_input, format("the endpoint {} {}", url, problem))
      .with_hint("it has to look like ssh://user@host:port");
}

// RFC 3986, section 2.1.
std::string percent_decoded(std::string_view text, std::string_view url) {
  std::string decoded;
  while (!text.empty()) {
    if (text.front() != '%') {
      decoded += text.front();
      text.remove_prefix(1);
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(1, 2);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || parsed.ptr != digits.data() + digits.size() || value == 0)
      refuse(url, "has a % that two hexadecimal digits do not follow");
    decoded += static_cast<char>(value);
    text.remove_prefix(3);
  }
  return decoded;
}

// What ssh would take for an option, or what no name of a host or user holds.
bool is_dangerous(std::string_view word) {
  return word.empty() || word.front() == '-' || std::ranges::any_of(word, [](char one) {
           const auto byte = static_cast<unsigned char>(one);
           return byte <= 0x20 || byte == 0x7f;
         });
}

std::string checked_port(std::string_view port, std::string_view url) {
  std::uint16_t number = 0;
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != port.data() + port.size() || number == 0)
    refuse(url, "has no valid port");
  return std::string(port);
}

// HOST, HOST:PORT, [IPv6] or [IPv6]:PORT.
void read_host(std::string_view text, std::string_view url, SshUrl& into) {
  const bool bracketed = text.starts_with('[');
  const std::size_t close = bracketed ? text.find(']') : std::string_view::npos;
  if (bracketed && close == std::string_view::npos) refuse(url, "has a [ without ]");
  const std::size_t end = bracketed ? close + 1 : std::min(text.find(':'), text.size());
  std::string_view rest = text.substr(end);
  if (!rest.empty() && rest.front() != ':') refuse(url, "has text between ] and the port");
  rest.remove_prefix(rest.empty() ? 0 : 1);
  if (!rest.empty()) into.port = checked_port(rest, url);
  into.host = bracketed ? std::string(text.substr(1, close - 1))
                        : percent_decoded(text.substr(0, end), url);
  if (is_dangerous(into.host)) refuse(url, "names no host");
}

} // namespace

SshUrl parse_ssh_url(std::string_view url) {
  if (!url.starts_with(scheme)) refuse(url, "is no ssh URL");
  if (url.find_first_of("?#") != std::string_view::npos)
    refuse(url, "has a query or a fragment, which mean nothing in it");
  const std::string_view rest = url.substr(scheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view authority = rest.substr(0, slash);
  SshUrl parsed;
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    if (user.find(':') != std::string_view::npos)
      refuse(scheme, "of this context holds a password, which ssh does not take");
    parsed.user = percent_decoded(user, url);
    if (is_dangerous(*parsed.user)) refuse(url, "names no user");
  }
  read_host(authority.substr(at == std::string_view::npos ? 0 : at + 1), url, parsed);
  if (slash + 1 < rest.size()) parsed.path = percent_decoded(rest.substr(slash), url);
  return parsed;
}

std::vector<std::string> ssh_command(const SshUrl& url) {
  // ControlMaster=no: a connection that the user shares is used, but we start no process that
  // outlives us. ServerAlive…: a machine that is gone is noticed within a minute.
  std::vector<std::string> argv{"ssh", "-T",
                                "-o",  "ConnectTimeout=30",
                                "-o",  "ControlMaster=no",
                                "-o",  "ServerAliveInterval=15",
                                "-o",  "ServerAliveCountMax=4"};
  if (url.user) argv.insert(argv.end(), {"-l", *url.user});
  if (url.port) argv.insert(argv.end(), {"-p", *url.port});
  argv.insert(argv.end(), {"--", url.host});
  return argv;
}

std::vector<std::string> lima_ssh_command(const std::filesystem::path& instance_folder) {
  const std::filesystem::path folder = instance_folder.lexically_normal();
  const std::filesystem::path name =
      folder.has_filename() ? folder.filename() : folder.parent_path().filename();
  return {"ssh",
          "-F",
          (folder / "ssh.config").string(),
          "-T",
          "-o",
          "ConnectTimeout=30",
          "-o",
          "BatchMode=yes",
          "-o",
          "ControlMaster=no",
          "-o",
          "ControlPath=none",
          "-o",
          "ServerAliveInterval=15",
          "-o",
          "ServerAliveCountMax=4",
          "--",
          "lima-" + name.string()};
}

} // namespace nixbuild::builder
