#include "image/nixos_accounts.hpp"

#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

namespace nixbuild::image {

namespace json = boost::json;

namespace {

constexpr std::uint32_t nobody = 65534;
constexpr std::uint32_t first_person = 1000;
constexpr std::uint32_t last_person = 29999;
constexpr std::uint32_t last_of_system = 999;
constexpr std::uint32_t first_of_system = 400;

const json::array* list_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

// Absent, null and what cannot stand in a field of passwd or shadow are the same to us.
std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  std::string text(value->as_string());
  return is_account_field(text) ? text : std::string{};
}

bool flag_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->as_bool();
}

std::optional<std::uint32_t> id_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64()) return {};
  const std::int64_t id = value->as_int64();
  if (id < 0 || id > 0xFFFFFFFE) return {};
  return static_cast<std::uint32_t>(id);
}

class AccountReader {
public:
  AccountReader(const json::array& users, const json::array& groups) {
    for (const json::value& value : groups)
      if (const json::object* group = value.if_object()) note_group(*group);
    for (const json::value& value : users)
      if (const json::object* user = value.if_object()) note_uid(*user);
    for (const json::value& value : users)
      if (const json::object* user = value.if_object()) add_user(*user);
    add_groups(groups);
  }

  [[nodiscard]] NixosAccounts take() && { return std::move(accounts_); }

private:
  void note_group(const json::object& group) {
    const std::string name = text_of(group, "name");
    if (name.empty()) return;
    const auto gid = id_of(group, "gid");
    gids_[name] = gid;
    if (gid) used_gids_.insert(*gid);
  }

  void note_uid(const json::object& user) {
    if (const auto uid = id_of(user, "uid")) used_uids_.insert(*uid);
  }

  void add_user(const json::object& spec) {
    const std::string name = text_of(spec, "name");
    const bool is_person =
        spec.contains("isNormal") ? flag_of(spec, "isNormal") : !flag_of(spec, "isSystemUser");
    std::optional<std::uint32_t> uid = id_of(spec, "uid");
    if (!uid && is_person) uid = free_uid();
    if (name.empty() || !uid) return;
    const std::optional<std::uint32_t> gid = gid_for(text_of(spec, "group"), is_person);
    if (!gid) return;
    accounts_.users.push_back({.name = name,
                               .uid = *uid,
                               .gid = *gid,
                               .description = text_of(spec, "description"),
                               .home = text_of(spec, "home"),
                               .shell = text_of(spec, "shell")});
    add_password(name, spec);
    if (is_person && *uid != 0) add_home(accounts_.users.back(), spec);
  }

  std::optional<std::uint32_t> gid_for(const std::string& group, bool may_allocate) {
    const auto known = gids_.find(group);
    if (known == gids_.end()) return nobody; // as the activation, which warns of it
    if (!known->second && may_allocate) known->second = free_gid();
    return known->second;
  }

  // A hash in shadow now is what the activation would write only for users that it adds itself.
  void add_password(const std::string& name, const json::object& spec) {
    if (!text_of(spec, "passwordFile").empty() || !text_of(spec, "hashedPasswordFile").empty()) {
      return;
    }
    std::string hash = text_of(spec, "hashedPassword");
    if (hash.empty()) hash = text_of(spec, "initialHashedPassword");
    if (!hash.empty()) accounts_.shadow += format("{}:{}:1::::::\n", name, hash);
  }

  void add_home(const User& user, const json::object& spec) {
    const bool is_sound = user.home.starts_with('/') && !user.home.ends_with('/') &&
                          user.home.find("//") == std::string::npos &&
                          user.home.find("/.") == std::string::npos && user.home != "/var/empty" &&
                          !user.home.starts_with("/nix");
    const bool is_made = flag_of(spec, "createHome") || flag_of(spec, "isNormal");
    if (!is_sound || !is_made) return;
    accounts_.homes.push_back(
        {.path = user.home, .mode = home_mode(spec), .uid = user.uid, .gid = user.gid});
  }

  static unsigned home_mode(const json::object& spec) {
    const std::string text = text_of(spec, "homeMode");
    unsigned mode = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    const bool is_mode =
        error == std::errc{} && end == text.data() + text.size() && mode > 0 && mode <= 07777;
    return is_mode ? mode : 0700;
  }

  void add_groups(const json::array& groups) {
    for (const json::value& value : groups) {
      const json::object* spec = value.if_object();
      if (spec == nullptr) continue;
      const std::string name = text_of(*spec, "name");
      const auto gid = gids_.find(name);
      if (gid == gids_.end() || !gid->second) continue;
      const auto number = gid->second.value();
      if (name == "shadow") accounts_.shadow_gid = number;
      accounts_.groups.push_back({.name = name, .gid = number, .members = members_of(*spec)});
    }
  }

  [[nodiscard]] std::vector<std::string> members_of(const json::object& group) const {
    std::vector<std::string> members;
    const json::array* names = list_of(group, "members");
    if (names == nullptr) return members;
    for (const User& user : accounts_.users) {
      const bool is_member = std::ranges::any_of(*names, [&](const json::value& name) {
        return name.is_string() && name.as_string() == user.name;
      });
      if (is_member) members.push_back(user.name);
    }
    return members;
  }

  std::optional<std::uint32_t> free_uid() {
    for (std::uint32_t uid = first_person; uid <= last_person; ++uid)
      if (used_uids_.insert(uid).second) return uid;
    return {};
  }

  std::optional<std::uint32_t> free_gid() {
    for (std::uint32_t gid = last_of_system; gid >= first_of_system; --gid)
      if (used_gids_.insert(gid).second) return gid;
    return {};
  }

  std::map<std::string, std::optional<std::uint32_t>> gids_; // by name
  std::set<std::uint32_t> used_uids_;
  std::set<std::uint32_t> used_gids_;
  NixosAccounts accounts_;
};

} // namespace

std::optional<NixosAccounts> parse_nixos_accounts(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return {};
  const json::array* users = list_of(value.get_object(), "users");
  const json::array* groups = list_of(value.get_object(), "groups");
  if (users == nullptr || groups == nullptr) return {};
  return AccountReader(*users, *groups).take();
}

NixosAccounts minimal_accounts(const std::string& shell) {
  return {.users = {{.name = "root",
                     .uid = 0,
                     .gid = 0,
                     .description = "root",
                     .home = "/root",
                     .shell = shell},
                    {.name = "nobody",
                     .uid = nobody,
                     .gid = nobody,
                     .description = "nobody",
                     .home = "/var/empty",
                     .shell = "/run/current-system/sw/bin/nologin"}},
          .groups = {{.name = "root", .gid = 0, .members = {}},
                     {.name = "nogroup", .gid = nobody, .members = {}}},
          .homes = {},
          .shadow = {}};
}

} // namespace nixbuild::image
