#include "context/lima_guest_socket.hpp"

#include "support/error.hpp"

#include <boost/json.hpp>

#include <algorithm>
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

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                : std::string_view();
}

// Nothing when the machine's description is not understood.
const json::array* port_forwards(const json::value& machine) {
  const json::object* object = machine.if_object();
  for (const char* name : {"config", "portForwards"}) {
    const json::value* member = object != nullptr ? object->if_contains(name) : nullptr;
    if (member == nullptr) return nullptr;
    if (const json::array* list = member->if_array()) return list;
    object = member->if_object();
  }
  return nullptr;
}

} // namespace

std::optional<std::string> parse_lima_guest_socket(std::string_view listed,
                                                   const fs::path& socket) {
  while (!listed.empty()) {
    const std::string_view line = listed.substr(0, listed.find('\n'));
    listed.remove_prefix(std::min(listed.size(), line.size() + 1));
    boost::system::error_code problem;
    const json::value machine = json::parse(line, problem);
    const json::array* forwards = problem ? nullptr : port_forwards(machine);
    if (forwards == nullptr) continue;
    for (const json::value& one : *forwards) {
      const json::object* forward = one.if_object();
      if (forward == nullptr) continue;
      const std::string_view guest = text_of(*forward, "guestSocket");
      const std::string_view host = text_of(*forward, "hostSocket");
      if (guest.starts_with('/') && !host.empty() && same_file(host, socket)) {
        return std::string(guest);
      }
    }
  }
  return std::nullopt;
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
