#include "plugin/builder_commands.hpp"
#include "plugin/indented_json.hpp"
#include "plugin/table.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace nixbuild::plugin {

namespace json = boost::json;

namespace {

using builder::Driver;
using pipeline::BuilderState;

std::string platform_of(const BuilderState& state) {
  return state.engine ? state.engine->platform.str() : "";
}

json::object object_of(const BuilderState& state) {
  const builder::NamedBuilder& builder = state.builder;
  json::object object{{"name", builder.name},       {"driver", to_string(builder.driver)},
                      {"context", builder.context}, {"endpoint", builder.endpoint},
                      {"current", builder.current}, {"status", state.status}};
  if (state.engine) object["platform"] = platform_of(state);
  if (!state.nix_version.empty()) object["nixVersion"] = state.nix_version;
  if (state.error) object["error"] = state.error->message();
  if (builder.driver != Driver::container) return object;
  object["container"] = builder::container_of(builder.name);
  object["volume"] = builder::volume_of(builder.name, builder.container);
  object["image"] = builder::image_of(builder.container);
  return object;
}

using Row = std::vector<std::string>;

Row row_of(const BuilderState& state) {
  const builder::NamedBuilder& builder = state.builder;
  return {builder.name + (builder.current ? "*" : ""), to_string(builder.driver), builder.context,
          state.status, platform_of(state)};
}

} // namespace

std::string builders_text(const std::vector<BuilderState>& states) {
  std::vector<Row> rows{{"NAME", "DRIVER", "CONTEXT", "STATUS", "PLATFORM"}};
  for (const BuilderState& state : states)
    rows.push_back(row_of(state));
  return table_text(rows);
}

std::string builders_json(const std::vector<BuilderState>& states) {
  json::array array;
  for (const BuilderState& state : states)
    array.push_back(object_of(state));
  return indented_json(array);
}

std::string builder_json(const BuilderState& state) {
  return indented_json(object_of(state));
}

std::string builder_text(const BuilderState& state) {
  std::string text;
  const auto line = [&text](std::string_view name, std::string_view value) {
    if (!value.empty()) text += format("{:<11}{}\n", format("{}:", name), value);
  };
  const builder::NamedBuilder& builder = state.builder;
  line("Name", builder.name);
  line("Driver", to_string(builder.driver));
  line("Context", builder.context);
  line("Endpoint", builder.endpoint);
  line("Current", builder.current ? "yes" : "no");
  line("Status", state.status);
  line("Platform", platform_of(state));
  line("Nix", state.nix_version);
  if (builder.driver != Driver::container) return text;
  line("Container", builder::container_of(builder.name));
  line("Volume", builder::volume_of(builder.name, builder.container));
  line("Image", builder::image_of(builder.container));
  for (const std::string& variable : builder.container.environment)
    line("Variable", variable.substr(0, variable.find('=')));
  return text;
}

} // namespace nixbuild::plugin
