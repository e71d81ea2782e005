#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::builder {

// What an endpoint of the form ssh://[USER@]HOST[:PORT][/SOCKET] says.
struct SshUrl {
  std::optional<std::string> user;
  std::string host;                // name or address, IPv6 without brackets
  std::optional<std::string> port; // decimal
  std::optional<std::string> path; // of the engine's socket there
};

// Takes what the docker CLI takes (docker/cli cli/connhelper/ssh). Throws an Error of kind
// invalid_input.
[[nodiscard]] SshUrl parse_ssh_url(std::string_view url);

// argv of the ssh program up to the command that is to run there, which is given to the login shell
// there as one last argument. Authentication is what the user has configured, as for docker.
[[nodiscard]] std::vector<std::string> ssh_command(const SshUrl& url);

// The same for a machine of Lima, Colima or Rancher Desktop, by the ssh.config in its folder. The
// connection that Lima shares between its own commands is left alone: it may be stale, and does not
// know of groups that were joined since.
[[nodiscard]] std::vector<std::string>
lima_ssh_command(const std::filesystem::path& instance_folder);

} // namespace nixbuild::builder
