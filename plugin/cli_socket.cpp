#include "plugin/cli_socket.hpp"

#include <cstddef>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace nixbuild::plugin {

UniqueFd connect_cli_socket(const Environment& environment) noexcept {
  const auto name = environment.get("DOCKER_CLI_PLUGIN_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // A path has a NUL behind it, an abstract name one in the place of its "@".
  if (!name || name->size() >= sizeof address.sun_path) return {};
  std::memcpy(address.sun_path, name->data(), name->size());
  std::size_t length = offsetof(sockaddr_un, sun_path) + name->size();
#ifdef __linux__
  if (name->front() == '@')
    address.sun_path[0] = '\0';
  else
    ++length;
#else
  ++length;
#endif
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  if (!socket) return {};
  ::fcntl(socket.get(), F_SETFD, FD_CLOEXEC);
  const auto* target = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket.get(), target, static_cast<socklen_t>(length)) != 0) return {};
  return socket;
}

} // namespace nixbuild::plugin
