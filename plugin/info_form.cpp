#include "plugin/image_store_name.hpp"
#include "plugin/indented_json.hpp"
#include "plugin/info_command.hpp"
#include "plugin/version.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

namespace nixbuild::plugin {

namespace json = boost::json;

namespace {

std::string origin_told(const context::Context& context) {
  if (context.origin == context::Origin::built_in) return context.name;
  return format("{} (from {})", context.name, context::to_string(context.origin));
}

std::string machine_told(const context::Machine& machine) {
  const std::string kind = context::to_string(machine.kind);
  return machine.name.empty() ? format("{} ({})", kind, machine.reason)
                              : format("{} '{}' ({})", kind, machine.name, machine.reason);
}

// The driver, and where that leads.
std::string builder_told(const pipeline::ChosenBuilder& chosen) {
  switch (chosen.driver) {
  case builder::Driver::ssh:
    return format("ssh ({})", chosen.ssh ? chosen.ssh->peer : "");
  case builder::Driver::container:
    return format("container ({})", builder::container_of(chosen.name));
  default:
    return format("{} (this machine)", to_string(chosen.driver));
  }
}

json::value builder_object(const pipeline::ChosenBuilder& chosen) {
  json::object object{{"driver", to_string(chosen.driver)}};
  if (chosen.driver == builder::Driver::container) {
    object["name"] = chosen.name;
    object["container"] = builder::container_of(chosen.name);
  }
  return object;
}

json::value engine_object(const engine::Facts& engine) {
  return {{"product", engine.product},
          {"version", engine.version},
          {"apiVersion", engine.api.str()},
          {"imageStore", image_store_name(engine.store)},
          {"driver", engine.driver},
          {"platform", engine.platform.str()},
          {"id", engine.id},
          {"hostName", engine.host_name}};
}

} // namespace

std::string info_json(const Info& info) {
  json::object object;
  object["version"] = version;
  object["context"] = {{"name", info.context.name},
                       {"origin", context::to_string(info.context.origin)},
                       {"endpoint", info.context.endpoint.host}};
  object["machine"] = {{"kind", context::to_string(info.machine.kind)},
                       {"name", info.machine.name},
                       {"reason", info.machine.reason}};
  object["engine"] = info.engine ? engine_object(*info.engine) : json::value(nullptr);
  object["builder"] = info.builder ? builder_object(*info.builder) : json::value(nullptr);
  object["nix"] = info.nix_program
                      ? json::value{{"program", *info.nix_program}, {"version", info.nix_version}}
                      : json::value(nullptr);
  if (info.engine_error) object["engineError"] = info.engine_error->message();
  if (info.builder_error) object["builderError"] = info.builder_error->message();
  if (info.nix_error) object["nixError"] = info.nix_error->message();
  return indented_json(object);
}

std::string info_text(const Info& info) {
  std::string text;
  const auto line = [&text](std::string_view name, std::string_view value) {
    text += format("{:<13}{}\n", format("{}:", name), value);
  };
  line("Plugin", version);
  line("Context", origin_told(info.context));
  line("Endpoint", info.context.endpoint.host);
  line("Machine", machine_told(info.machine));
  if (info.engine) {
    const engine::Facts& engine = *info.engine;
    line("Engine", format("{} {} (API {})", engine.product, engine.version, engine.api.str()));
    line("Image store", format("{} ({})", engine.driver, image_store_name(engine.store)));
    line("Platform", engine.platform.str());
  } else {
    line("Engine", "does not answer");
  }
  if (info.builder) line("Builder", builder_told(*info.builder));
  if (info.builder_error) line("Builder", format("none; {}", info.builder_error->message()));
  if (info.nix_program)
    line("Nix", format("{} ({})", info.nix_version, *info.nix_program));
  else
    line("Nix", format("not found; {}", info.nix_error ? info.nix_error->hint() : ""));
  return text;
}

} // namespace nixbuild::plugin
