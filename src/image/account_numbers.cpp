#include "image/account_numbers.hpp"

#include "image/accounts.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace nixbuild::image {

namespace {

using Fields = std::vector<std::string>;

constexpr std::size_t name_field = 0;
constexpr std::size_t number_field = 2; // uid in passwd(5), gid in group(5)
constexpr std::size_t gid_field = 3;
constexpr std::size_t home_field = 5;
constexpr std::size_t passwd_fields = 7;
constexpr std::size_t group_fields = 4;

Fields split(std::string_view line) {
  Fields fields;
  while (true) {
    const std::size_t end = line.find(':');
    fields.emplace_back(line.substr(0, end));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

// A file of such lines, as what may be changed in it.
class Table {
public:
  Table(std::string_view text, std::size_t fields) : fields_(fields) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      lines_.push_back(split(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  [[nodiscard]] Fields* find(std::size_t field, const std::string& value) {
    const auto found = std::ranges::find_if(
        lines_, [&](const Fields& line) { return line.size() >= fields_ && line[field] == value; });
    return found == lines_.end() ? nullptr : &*found;
  }

  void add(Fields line) { lines_.push_back(std::move(line)); }

  [[nodiscard]] std::string text() const {
    std::string text;
    for (const Fields& line : lines_)
      text += format("{}\n", fmt::join(line, ":"));
    return text;
  }

private:
  std::size_t fields_;
  std::vector<Fields> lines_;
};

std::uint32_t number(const std::string& text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool can_be_made(const std::string& home) {
  return home.starts_with('/') && home.size() > 1 && !home.ends_with('/') && !home.contains("//") &&
         !home.contains("/.") && !home.starts_with("/nix/") && home != "/var/empty";
}

void change_group(Table& groups, Fields& user, const std::string& wanted) {
  std::string& current = user[gid_field];
  if (current == wanted || groups.find(number_field, wanted) != nullptr) return;
  if (Fields* own = groups.find(number_field, current)) (*own)[number_field] = wanted;
  current = wanted;
}

std::string add_group(Table& groups, const std::string& name, const std::string& wanted) {
  if (const Fields* existing = groups.find(name_field, name)) return (*existing)[number_field];
  if (groups.find(number_field, wanted) == nullptr) groups.add({name, "x", wanted, ""});
  return wanted;
}

} // namespace

std::expected<RenumberedAccounts, std::string>
renumbered(std::string_view passwd, std::string_view group, const AccountNumbers& numbers) {
  Table users(passwd, passwd_fields);
  Table groups(group, group_fields);
  const std::string uid = std::to_string(numbers.uid);
  const std::string gid = std::to_string(numbers.gid);
  Fields* user = users.find(name_field, numbers.user);
  if (const Fields* holder = users.find(number_field, uid); holder != nullptr && holder != user)
    return std::unexpected(format("that is the number of {}", (*holder)[name_field]));
  if (user == nullptr) {
    users.add({numbers.user, "x", uid, add_group(groups, numbers.user, gid), "",
               "/home/" + numbers.user, "/bin/sh"});
    user = users.find(name_field, numbers.user);
  } else {
    const Fields before = *user;
    change_group(groups, *user, gid);
    (*user)[number_field] = uid;
    if (*user == before) return RenumberedAccounts{};
  }
  return RenumberedAccounts{.changed = true,
                            .passwd = users.text(),
                            .group = groups.text(),
                            .home = can_be_made((*user)[home_field]) ? (*user)[home_field] : "",
                            .uid = numbers.uid,
                            .gid = number((*user)[gid_field])};
}

} // namespace nixbuild::image
