#include "plugin/image_store_name.hpp"
#include "plugin/indented_json.hpp"
#include "plugin/vm_status.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <fmt/ranges.h>

namespace nixbuild::plugin {

namespace json = boost::json;

namespace {

std::string nix_text(const vm::Guest& guest) {
  if (guest.nix.program.empty()) return "none; `docker nixbuild vm setup` puts it in";
  if (!guest.nix.works)
    return format("{}, which does not work: {}", guest.nix.version, guest.nix.failure);
  return format("{}, {}", guest.nix.version,
                guest.single_user() ? "one user's own" : guest.nix.program);
}

std::string size_text(const vm::VirtualMachine& machine) {
  return format("{} CPUs, {} memory, {} disk, {}", machine.cpus, format_bytes(machine.memory),
                format_bytes(machine.disk), machine.arch);
}

json::object guest_object(const VmStatus& status) {
  const vm::Guest& guest = *status.guest;
  json::object object{{"system", guest.system()},
                      {"os", guest.os_name},
                      {"user", guest.user},
                      {"nix", guest.nix.program},
                      {"nixVersion", guest.nix.version},
                      {"nixWorks", guest.nix.works},
                      {"trusted", guest.nix.trusted},
                      {"kvm", guest.kvm}};
  json::array emulated;
  for (const std::string& system : guest.emulated_systems())
    emulated.emplace_back(system);
  object["emulates"] = std::move(emulated);
  if (guest.free_bytes) object["freeBytes"] = *guest.free_bytes;
  if (status.store_bytes) object["storeBytes"] = *status.store_bytes;
  return object;
}

} // namespace

std::string vm_status_text(const VmStatus& status) {
  std::string text;
  const auto line = [&text](std::string_view name, std::string_view value) {
    if (!value.empty()) text += format("{:<10}{}\n", format("{}:", name), value);
  };
  if (status.machine) {
    line("Name", format("{} ({})", status.machine->name, to_string(status.machine->tool)));
    line("Status", status.machine->status);
    line("Size", size_text(*status.machine));
  } else {
    line("Machine", status.peer);
  }
  line("Context", status.context);
  line("Endpoint", status.endpoint);
  if (status.engine) {
    line("Engine", format("{} {}, {}, {}", status.engine->product, status.engine->version,
                          status.engine->platform.str(), image_store_name(status.engine->store)));
  }
  if (status.engine_error) line("Engine", status.engine_error->message());
  if (status.guest_error) line("Nix", status.guest_error->message());
  if (status.container) {
    line("Nix",
         format("in the container {}, which is {}",
                builder::container_of(status.container->builder.name), status.container->status));
  }
  if (!status.guest) return text;
  const vm::Guest& guest = *status.guest;
  line("System", format("{}, {}", guest.os_name, guest.system()));
  line("Nix", nix_text(guest));
  if (status.store_bytes) line("Store", format_bytes(*status.store_bytes));
  if (guest.free_bytes) line("Free", format_bytes(*guest.free_bytes));
  const auto emulated = guest.emulated_systems();
  line("Emulates", emulated.empty() ? "nothing" : format("{}", fmt::join(emulated, ", ")));
  return text;
}

std::string vm_status_json(const VmStatus& status) {
  json::object object{{"context", status.context}, {"endpoint", status.endpoint}};
  if (status.machine) {
    object["name"] = status.machine->name;
    object["tool"] = to_string(status.machine->tool);
    object["status"] = status.machine->status;
    object["cpus"] = status.machine->cpus;
    object["memory"] = status.machine->memory;
    object["disk"] = status.machine->disk;
  }
  if (status.engine) {
    object["engine"] = json::object{{"version", status.engine->version},
                                    {"platform", status.engine->platform.str()}};
  }
  if (status.engine_error) object["engineError"] = status.engine_error->message();
  if (status.guest) object["guest"] = guest_object(status);
  if (status.container) {
    object["container"] =
        json::object{{"name", builder::container_of(status.container->builder.name)},
                     {"status", status.container->status},
                     {"nixVersion", status.container->nix_version}};
  }
  if (status.guest_error) object["guestError"] = status.guest_error->message();
  return indented_json(object);
}

} // namespace nixbuild::plugin
