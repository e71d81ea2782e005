#include "cache/cache_name.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace nixbuild::cache {

namespace {

struct Prefix {
  std::string_view text;
  CacheName::Kind kind;
};
constexpr std::array<Prefix, 3> prefixes{{{"cachix:", CacheName::Kind::cachix},
                                          {"cachix-cli:", CacheName::Kind::cachix_cli},
                                          {"attic:", CacheName::Kind::attic}}};
constexpr std::string_view cachix_domain = ".cachix.org";
constexpr std::string_view scheme_end = "://";
constexpr std::array<std::string_view, 6> schemes{"http", "https", "s3", "ssh", "ssh-ng", "file"};

// Where the login of an address is: behind "://", up to the "@" that ends it. An account of ssh is
// no secret, and part of the address.
struct LoginPlace {
  std::size_t begin = 0;
  std::size_t at = std::string_view::npos;
};

LoginPlace login_place(std::string_view url) {
  const std::size_t scheme = url.find(scheme_end);
  if (scheme == std::string_view::npos) return {};
  const std::size_t begin = scheme + scheme_end.size();
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::size_t at = url.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < begin) return {};
  if (url.starts_with("ssh") && !url.substr(begin, at - begin).contains(':')) return {};
  return {.begin = begin, .at = at};
}

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

CacheName named(CacheName::Kind kind, std::string_view name, std::string_view text) {
  const std::size_t colon = kind == CacheName::Kind::attic ? name.find(':') : name.npos;
  const bool sound = colon == name.npos
                         ? is_word(name)
                         : is_word(name.substr(0, colon)) && is_word(name.substr(colon + 1));
  if (!sound)
    throw Error(ErrorKind::invalid_input, format("\"{}\" does not name a cache", text))
        .with_hint("names have letters, digits, '-', '_' and '.', as in cachix:my-cache");
  return {.kind = kind, .name = std::string(name)};
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr ==
            text.data() + i + 3) {
      decoded += static_cast<char>(value);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

} // namespace

CacheName parse_cache_name(std::string_view text) {
  for (const Prefix& prefix : prefixes)
    if (text.starts_with(prefix.text))
      return named(prefix.kind, text.substr(prefix.text.size()), text);
  if (text.starts_with('/')) return {.name = "file://" + std::string(text)};
  const std::size_t scheme = text.find(scheme_end);
  const bool is_address = scheme != std::string_view::npos &&
                          std::ranges::find(schemes, text.substr(0, scheme)) != schemes.end() &&
                          text.size() > scheme + scheme_end.size() &&
                          text.find_first_of(std::string_view(" \t\r\n\0", 5)) == text.npos;
  if (!is_address)
    throw Error(ErrorKind::invalid_input,
                format("\"{}\" is no cache", without_login(text.substr(0, text.find('\n')))))
        .with_hint("caches are named https://…, s3://…, ssh-ng://…, file:///…, cachix:NAME, "
                   "cachix-cli:NAME or attic:NAME");
  return {.name = std::string(text)};
}

bool names_cache_of_nix(std::string_view text) {
  const std::size_t scheme = text.find(scheme_end);
  return text.starts_with('/') ||
         (scheme != std::string_view::npos && text.find_first_of("=,/") > scheme) ||
         std::ranges::any_of(prefixes,
                             [&](const Prefix& prefix) { return text.starts_with(prefix.text); });
}

std::string to_string(const CacheName& cache) {
  for (const Prefix& prefix : prefixes)
    if (cache.kind == prefix.kind) return std::string(prefix.text) + cache.name;
  return without_login(cache.name);
}

std::string without_login(std::string_view url) {
  std::string text(url);
  const LoginPlace login = login_place(url);
  if (login.at != std::string_view::npos) text.erase(login.begin, login.at + 1 - login.begin);
  return text;
}

std::string without_logins(std::string_view text) {
  std::string cleaned;
  for (std::size_t scheme = text.find(scheme_end); scheme != text.npos;
       scheme = text.find(scheme_end)) {
    const std::size_t begin = scheme + scheme_end.size();
    cleaned += text.substr(0, begin);
    const std::string_view before = text.substr(0, scheme);
    text.remove_prefix(begin);
    const std::string_view authority = text.substr(0, text.find_first_of("/?# \t\r\n'\""));
    const std::size_t at = authority.rfind('@');
    if (at == authority.npos) continue;
    const bool is_secret = before.ends_with("http") || before.ends_with("https") ||
                           authority.substr(0, at).contains(':');
    if (is_secret) text.remove_prefix(at + 1);
  }
  return cleaned.append(text);
}

std::optional<std::string> login_in(std::string_view url) {
  const LoginPlace login = login_place(url);
  if (login.at == std::string_view::npos) return std::nullopt;
  return percent_decoded(url.substr(login.begin, login.at - login.begin));
}

std::string bare_address(std::string_view url) {
  std::string text = without_login(url.substr(0, url.find('?')));
  while (text.ends_with('/'))
    text.pop_back();
  return text;
}

std::optional<std::string> cachix_name_in(std::string_view url) {
  const std::string address = bare_address(url);
  std::string_view host = address;
  if (!host.starts_with("https://")) return std::nullopt;
  host.remove_prefix(std::string_view("https://").size());
  if (!host.ends_with(cachix_domain)) return std::nullopt;
  host.remove_suffix(cachix_domain.size());
  if (!is_word(host) || host.contains('.')) return std::nullopt;
  return std::string(host);
}

} // namespace nixbuild::cache
