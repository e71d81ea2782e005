#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nixbuild::image {

// A line of /etc/passwd (passwd(5)).
struct User {
  std::string name;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string description;
  std::string home;
  std::string shell;
};

// A line of /etc/group (group(5)).
struct Group {
  std::string name;
  std::uint32_t gid = 0;
  std::vector<std::string> members;
};

// Whether `text` can be a field of these files: no colon, no line end, no NUL.
[[nodiscard]] bool is_account_field(const std::string& text);

// The files' contents, in the order given. Precondition: all texts are fields.
[[nodiscard]] std::string passwd_text(const std::vector<User>& users);
[[nodiscard]] std::string group_text(const std::vector<Group>& groups);

} // namespace nixbuild::image
