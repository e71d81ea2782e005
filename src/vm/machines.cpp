#include "vm/machines.hpp"

#include "context/colima.hpp"
#include "context/json_lines.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <utility>

namespace nixbuild::vm {

namespace {

std::vector<VirtualMachine> colima_machines(std::string_view lines) {
  std::vector<VirtualMachine> machines;
  for (context::ColimaProfile& profile : context::parse_colima_list(lines)) {
    machines.push_back({.tool = Tool::colima,
                        .name = std::move(profile.name),
                        .status = std::move(profile.status),
                        .arch = std::move(profile.arch),
                        .cpus = profile.cpus,
                        .memory = profile.memory,
                        .disk = profile.disk,
                        .runtime = std::move(profile.runtime),
                        .folder = {}});
  }
  return machines;
}

} // namespace

std::string to_string(Tool tool) {
  return tool == Tool::colima ? "Colima" : "Lima";
}

std::string context_of(Tool tool, const std::string& name) {
  if (tool == Tool::lima) return "lima-" + name;
  return name == "default" ? "colima" : "colima-" + name;
}

std::string profile_named(std::string_view typed) {
  constexpr std::string_view prefix = "colima-";
  if (typed == "colima") return "default";
  if (typed.starts_with(prefix)) typed.remove_prefix(prefix.size());
  return std::string(typed);
}

std::vector<VirtualMachine> parse_lima_list(std::string_view lines) {
  std::vector<VirtualMachine> machines;
  context::each_object(lines, [&](const boost::json::object& object) {
    const auto text = [&](std::string_view name) {
      return std::string(context::text_member(object, name));
    };
    VirtualMachine machine{.tool = Tool::lima,
                           .name = text("name"),
                           .status = text("status"),
                           .arch = text("arch"),
                           .cpus = context::number_member(object, "cpus"),
                           .memory = context::number_member(object, "memory"),
                           .disk = context::number_member(object, "disk"),
                           .runtime = {},
                           .folder = text("dir")};
    if (!machine.name.empty()) machines.push_back(std::move(machine));
  });
  return machines;
}

std::optional<std::vector<VirtualMachine>> machines_of(Tool tool, process::Runner& runner,
                                                       const CancelToken& cancel) {
  const process::Command command{
      .argv = tool == Tool::colima ? std::vector<std::string>{"colima", "list", "--json"}
                                   : std::vector<std::string>{"limactl", "list", "--json"}};
  process::Captured answer;
  try {
    answer = process::capture(runner, command, cancel);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    return std::nullopt;
  }
  if (!answer.status.success()) {
    throw Error(ErrorKind::failed, format("`{}` failed", to_string(command)))
        .with_detail(answer.err);
  }
  return tool == Tool::colima ? colima_machines(answer.out) : parse_lima_list(answer.out);
}

} // namespace nixbuild::vm
