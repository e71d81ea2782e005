#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::cache {

// Who to be on a machine.
struct NetrcLogin {
  std::string login;
  std::string password;
};

// What a netrc file (curl's documentation of it, netrc(5)) says for the host `machine`; nothing
// when it says nothing, or the text is none. Quoted passwords are understood, macros passed over.
[[nodiscard]] std::optional<NetrcLogin> find_in_netrc(std::string_view text,
                                                      std::string_view machine);

// One entry, as a line.
[[nodiscard]] std::string netrc_line(std::string_view machine, const NetrcLogin& login);

// The host of "https://host:port/…"; empty when there is none.
[[nodiscard]] std::string host_of(std::string_view url);

} // namespace nixbuild::cache
