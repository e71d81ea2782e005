#include "image/accounts.hpp"

#include "support/format.hpp"

#include <fmt/ranges.h>

#include <string_view>

namespace nixbuild::image {

bool is_account_field(const std::string& text) {
  return text.find_first_of(std::string_view(":\n\r\0", 4)) == std::string::npos;
}

std::string passwd_text(const std::vector<User>& users) {
  std::string text;
  for (const User& user : users) {
    text += format("{}:x:{}:{}:{}:{}:{}\n", user.name, user.uid, user.gid, user.description,
                   user.home, user.shell);
  }
  return text;
}

std::string group_text(const std::vector<Group>& groups) {
  std::string text;
  for (const Group& group : groups)
    text += format("{}:x:{}:{}\n", group.name, group.gid, fmt::join(group.members, ","));
  return text;
}

} // namespace nixbuild::image
