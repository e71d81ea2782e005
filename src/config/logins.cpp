#include "config/logins.hpp"

#include "config/go_json.hpp"
#include "support/base64.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <array>
#include <string_view>

namespace nixbuild::config {

namespace json = boost::json;

namespace {

constexpr const char* variable = "DOCKER_AUTH_CONFIG";

std::string text_member(const json::object& entry, std::string_view name, const JsonPlace& place) {
  const json::value* value = find_member(entry, name);
  return value == nullptr ? std::string() : as_text(*value, place.member(name));
}

[[noreturn]] void bad_auth(const JsonPlace& place) {
  throw Error(ErrorKind::corrupt,
              format("{}: \"{}\" is not base64 of USER:PASSWORD", place.file.string(), place.key));
}

Login decode_login(const json::object& entry, const JsonPlace& place) {
  Login login{.username = text_member(entry, "username", place),
              .password = text_member(entry, "password", place),
              .identity_token = text_member(entry, "identitytoken", place),
              .registry_token = text_member(entry, "registrytoken", place)};
  const std::string auth = text_member(entry, "auth", place);
  if (auth.empty()) return login;
  const auto decoded = decode_base64(auth);
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos || colon == 0) bad_auth(place.member("auth"));
  login.username = decoded->substr(0, colon);
  login.password = decoded->substr(colon + 1);
  while (login.password.ends_with('\0'))
    login.password.pop_back();
  return login;
}

std::map<std::string, Login> decode_stored(const json::object& auths, const JsonPlace& place) {
  std::map<std::string, Login> stored;
  for (const auto& member : auths) {
    const JsonPlace entry = place.member(member.key());
    stored.insert_or_assign(
        member.key(),
        member.value().is_null() ? Login{} : decode_login(as_object(member.value(), entry), entry));
  }
  return stored;
}

} // namespace

Logins decode_logins(const json::object& document, const JsonPlace& place) {
  Logins logins;
  if (const auto* auths = find_member(document, "auths")) {
    const JsonPlace auths_place = place.member("auths");
    logins.stored = decode_stored(as_object(*auths, auths_place), auths_place);
  }
  if (const auto* helpers = find_member(document, "credHelpers"))
    logins.helpers = as_text_map(*helpers, place.member("credHelpers"));
  if (const auto* store = find_member(document, "credsStore"))
    logins.store = as_text(*store, place.member("credsStore"));
  logins.configured = !logins.stored.empty() || !logins.helpers.empty() || !logins.store.empty();
  return logins;
}

std::optional<Login> login_of_variable(const Environment& environment, const std::string& key) {
  const auto text = environment.get(variable);
  if (!text) return std::nullopt;
  const JsonPlace place{variable, ""};
  try {
    const json::value document = parse_json(*text, place);
    const json::object& object = as_object(document, place);
    const json::value* auths = find_member(object, "auths");
    if (auths == nullptr || object.size() != 1)
      throw Error(ErrorKind::corrupt, format("{} must have \"auths\" and nothing else", variable));
    auto stored = decode_stored(as_object(*auths, place.member("auths")), place.member("auths"));
    const auto found = stored.find(key);
    if (found == stored.end()) return std::nullopt;
    return std::move(found->second);
  } catch (const Error& error) {
    throw Error(ErrorKind::invalid_input, error.message())
        .with_hint(R"(it should be {"auths": {"HOST": {"auth": "BASE64 OF USER:PASSWORD"}}})");
  }
}

} // namespace nixbuild::config
