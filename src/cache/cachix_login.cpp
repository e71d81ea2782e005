#include "cache/cachix_login.hpp"

#include "cache/dhall.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

namespace nixbuild::cache {

namespace fs = std::filesystem;

namespace {

const std::string* text_at(const DhallValue::Record& record, std::string_view name) {
  const auto found = record.find(name);
  return found == record.end() ? nullptr : found->second.text();
}

void check_token(const std::string& token, std::string_view where) {
  if (token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                              "-._~+/=:") != std::string::npos)
    throw Error(ErrorKind::corrupt,
                format("{} is no token: it has characters that no token has", where))
        .with_hint("is there a space or a line end in it?");
}

} // namespace

std::string CachixLogin::signing_key(const std::string& cache) const {
  if (any_signing_key) return *any_signing_key;
  const auto found = signing_keys.find(cache);
  return found == signing_keys.end() ? std::string() : found->second;
}

CachixLogin parse_cachix_dhall(std::string_view text, std::string_view file) {
  const DhallValue value = parse_dhall(text, file);
  const DhallValue::Record* record = value.record();
  if (record == nullptr) throw Error(ErrorKind::corrupt, format("{} is no record", file));
  CachixLogin login;
  if (const std::string* token = text_at(*record, "authToken")) login.token = *token;
  if (const std::string* host = text_at(*record, "hostname")) login.host = *host;
  while (login.host.ends_with('/'))
    login.host.pop_back();
  const auto caches = record->find("binaryCaches");
  if (caches != record->end() && caches->second.list() != nullptr) {
    for (const DhallValue& cache : *caches->second.list()) {
      if (cache.record() == nullptr) continue;
      const std::string* name = text_at(*cache.record(), "name");
      const std::string* key = text_at(*cache.record(), "secretKey");
      if (name != nullptr && key != nullptr) login.signing_keys[*name] = *key;
    }
  }
  check_token(login.token, format("authToken in {}", file));
  return login;
}

std::string cachix_dhall(const CachixLogin& login) {
  std::string caches;
  for (const auto& [name, key] : login.signing_keys)
    caches += format("{} {{ name = {}, secretKey = {} }}\n", caches.empty() ? "[" : "  ,",
                     dhall_text(name), dhall_text(key));
  return format("{{ authToken = {}\n, hostname = {}\n, binaryCaches =\n  {}\n}}\n",
                dhall_text(login.token), dhall_text(login.host),
                caches.empty() ? "[] : List { name : Text, secretKey : Text }" : caches + "  ]");
}

std::optional<fs::path> cachix_dhall_file(const Environment& environment) {
  if (const auto config = environment.get("XDG_CONFIG_HOME"))
    return fs::path(*config) / "cachix/cachix.dhall";
  if (const auto home = environment.get("HOME"))
    return fs::path(*home) / ".config/cachix/cachix.dhall";
  return std::nullopt;
}

CachixLogin cachix_login(const Environment& environment) {
  CachixLogin login;
  std::error_code problem;
  const auto file = cachix_dhall_file(environment);
  const auto token = environment.get("CACHIX_AUTH_TOKEN");
  if (file && fs::exists(*file, problem))
    login = parse_cachix_dhall(read_file(*file, std::size_t{1} << 20U), file->string());
  if (token) {
    check_token(*token, "CACHIX_AUTH_TOKEN");
    login.token = *token;
  }
  login.any_signing_key = environment.get("CACHIX_SIGNING_KEY");
  return login;
}

} // namespace nixbuild::cache
