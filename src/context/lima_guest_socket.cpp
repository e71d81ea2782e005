#include "context/lima_guest_socket.hpp"

#include "context/json_lines.hpp"
#include "support/error.hpp"

#include <boost/json.hpp>

#include <system_error>

namespace nixbuild::context {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::size_t longest_list = std::size_t{4} << 20U;

bool same_file(const fs::path& one, const fs::path& other) {
  std::error_code problem;
  return one.lexically_normal() == other.lexically_normal() || fs::equivalent(one, other, problem);
}

// Nothing when the machine's description is not understood.
const json::array* port_forwards(const json::object& machine) {
  const json::value* config = machine.if_contains("config");
  const json::object* members = config != nullptr ? config->if_object() : nullptr;
  const json::value* list = members != nullptr ? members->if_contains("portForwards") : nullptr;
  return list != nullptr ? list->if_array() : nullptr;
}

std::optional<std::string> guest_end(const json::array& forwards, const fs::path& socket) {
  for (const json::value& one : forwards) {
    const json::object* forward = one.if_object();
    if (forward == nullptr) continue;
    const std::string_view guest = text_member(*forward, "guestSocket");
    const std::string_view host = text_member(*forward, "hostSocket");
    if (guest.starts_with('/') && !host.empty() && same_file(host, socket))
      return std::string(guest);
  }
  return std::nullopt;
}

} // namespace

std::optional<std::string> parse_lima_guest_socket(std::string_view listed,
                                                   const fs::path& socket) {
  std::optional<std::string> found;
  each_object(listed, [&](const json::object& machine) {
    const json::array* forwards = port_forwards(machine);
    if (forwards != nullptr && !found) found = guest_end(*forwards, socket);
  });
  return found;
}

std::optional<std::string> lima_guest_socket(const fs::path& instance, const fs::path& socket,
                                             process::Runner& runner, const CancelToken& cancel) {
  const process::Command command{
      .argv = {"limactl", "list", "--json", instance.filename().string()},
      .directory = {},
      .environment = {{"LIMA_HOME", instance.parent_path().string()}}};
  try {
    const auto answer = process::capture(runner, command, cancel, longest_list);
    return answer.status.success() ? parse_lima_guest_socket(answer.out, socket) : std::nullopt;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return std::nullopt;
  }
}

} // namespace nixbuild::context
