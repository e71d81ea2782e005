#include "cache/cachix_login.hpp"
#include "cache/secret_file.hpp"
#include "cache/user_nix_conf.hpp"
#include "plugin/cache_commands.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <array>
#include <cerrno>
#include <span>

#include <poll.h>
#include <unistd.h>

namespace nixbuild::plugin {

namespace {

constexpr std::size_t longest_token = std::size_t{64} << 10U;

// All of standard input, but for the spaces around it.
std::string read_token(int fd, const CancelToken& cancel) {
  if (::isatty(fd) != 0)
    throw Error(ErrorKind::invalid_input, "the token is read from standard input, and would be "
                                          "seen on this terminal")
        .with_hint("for example: docker nixbuild cache login cachix:me < token");
  std::string token;
  std::array<std::byte, 4096> buffer{};
  for (;;) {
    std::array<pollfd, 2> entries{pollfd{fd, POLLIN, 0}, pollfd{cancel.poll_fd(), POLLIN, 0}};
    while (::poll(entries.data(), entries.size(), -1) < 0)
      if (errno != EINTR) throw system_error(errno, "cannot wait for the token");
    cancel.throw_if_cancelled();
    const std::size_t count = read_some(fd, buffer);
    if (count == 0) break;
    token.append(reinterpret_cast<const char*>(buffer.data()), count);
    if (token.size() > longest_token)
      throw Error(ErrorKind::invalid_input, "what is on standard input is too long for a token");
  }
  const std::size_t begin = std::min(token.find_first_not_of(" \t\r\n"), token.size());
  token = token.substr(begin, token.find_last_not_of(" \t\r\n") + 1 - begin);
  if (token.empty()) throw Error(ErrorKind::invalid_input, "there is no token on standard input");
  if (token.find('\n') != token.npos)
    throw Error(ErrorKind::invalid_input, "what is on standard input has several lines");
  return token;
}

std::filesystem::path log_in_at_cachix(const std::string& token, const Environment& environment) {
  const auto file = cache::cachix_dhall_file(environment);
  if (!file)
    throw Error(ErrorKind::not_found, "cannot tell where cachix.dhall is").with_hint("set HOME");
  // What the environment says is for now, and not for ever.
  auto variables = environment.variables();
  variables.erase("CACHIX_AUTH_TOKEN");
  variables.erase("CACHIX_SIGNING_KEY");
  cache::CachixLogin login = cache::cachix_login(Environment(std::move(variables)));
  login.token = token;
  const std::string text = cache::cachix_dhall(login);
  (void)cache::parse_cachix_dhall(text, "the token"); // refuses what is none
  cache::write_secret_file(*file, text);
  return *file;
}

} // namespace

int run_cache_login(const ParsedOptions& options, World& world) {
  if (options.words.empty())
    throw Error(ErrorKind::invalid_input, "cache login needs a cache")
        .with_hint("for example: docker nixbuild cache login cachix:me < token");
  const std::string& word = options.words.front();
  const bool is_cachix = word == "cachix" || word == "cachix:" || word == "cachix-cli:";
  const cache::CacheName name =
      is_cachix ? cache::CacheName{.kind = cache::CacheName::Kind::cachix, .name = {}}
                : cache::parse_cache_name(word);
  if (name.kind == cache::CacheName::Kind::attic)
    throw Error(ErrorKind::invalid_input, "attic keeps its logins itself")
        .with_hint("attic login SERVER ADDRESS TOKEN");
  if (name.kind == cache::CacheName::Kind::address && !name.name.starts_with("http"))
    throw Error(ErrorKind::invalid_input,
                format("{} takes no login of ours", cache::to_string(name)))
        .with_hint("s3 takes it from AWS_ACCESS_KEY_ID and the like, ssh from its own keys");
  const std::string token = read_token(world.standard_input, world.cancel);
  const auto file = name.kind != cache::CacheName::Kind::address
                        ? log_in_at_cachix(token, world.environment)
                        : cache::remember_login(
                              cache::host_of(name.name),
                              {.login = options.value("username").value_or(""), .password = token},
                              world.environment);
  world.out.write(format("The login is kept in {}.\n", file.string()));
  return 0;
}

} // namespace nixbuild::plugin
