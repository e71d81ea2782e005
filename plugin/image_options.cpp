#include "plugin/image_options.hpp"

#include "image/container_config.hpp"
#include "plugin/argument_vector.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <charconv>
#include <utility>

namespace nixbuild::plugin {

namespace {

std::optional<std::vector<std::string>> argument_vector(const ParsedOptions& options,
                                                        std::string_view name) {
  const auto text = options.value(name);
  if (!text) return std::nullopt;
  auto arguments = parse_argument_vector(*text);
  if (!arguments)
    throw Error(ErrorKind::invalid_input, format("--{} \"{}\" {}", name, *text, arguments.error()))
        .with_hint(format("write a JSON array: --{} '[\"sh\", \"-c\", \"echo a b\"]'", name));
  return std::move(*arguments);
}

std::vector<std::string> env_of(const ParsedOptions& options, const Environment& environment) {
  std::vector<std::string> env;
  for (const auto& values : options.all("env")) {
    const std::string& text = values.front();
    if (text.contains('=') || text.empty()) {
      env.push_back(text);
      continue;
    }
    const auto variable = environment.variables().find(text);
    if (variable != environment.variables().end())
      env.push_back(format("{}={}", text, variable->second));
  }
  return env;
}

std::map<std::string, std::string> labels_of(const ParsedOptions& options) {
  std::map<std::string, std::string> labels;
  for (const auto& values : options.all("label")) {
    const std::string& text = values.front();
    const std::size_t equals = std::min(text.find('='), text.size());
    labels.insert_or_assign(text.substr(0, equals), text.substr(std::min(equals + 1, text.size())));
  }
  return labels;
}

std::vector<std::string> ports_of(const ParsedOptions& options) {
  std::vector<std::string> ports;
  for (const auto& values : options.all("expose"))
    ports.push_back(values.front());
  return ports;
}

std::size_t max_layers_of(const ParsedOptions& options, std::size_t otherwise) {
  const auto text = options.value("max-layers");
  if (!text) return otherwise;
  std::size_t number = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error == std::errc{} && stop == end) return number;
  throw Error(ErrorKind::usage,
              format("invalid argument \"{}\" for \"--max-layers\" flag: it is no number", *text));
}

// So that nonsense is told before the build and not after it.
void check(const image::ClosureImageOptions& options) {
  image::ContainerConfig config;
  image::apply_options(options, config);
  if (options.name) (void)image::image_name(options, {});
}

} // namespace

image::ClosureImageOptions image_options_of(const ParsedOptions& options,
                                            const Environment& environment) {
  image::ClosureImageOptions image{.name = options.value("name"),
                                   .entrypoint = argument_vector(options, "entrypoint"),
                                   .cmd = argument_vector(options, "cmd"),
                                   .env = env_of(options, environment),
                                   .user = options.value("user").value_or(""),
                                   .workdir = options.value("workdir").value_or(""),
                                   .exposed_ports = ports_of(options),
                                   .labels = labels_of(options)};
  image.max_layers = max_layers_of(options, image.max_layers);
  check(image);
  return image;
}

} // namespace nixbuild::plugin
