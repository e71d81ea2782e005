#include "plugin/docker_flags.hpp"

#include "plugin/parsed_options.hpp"

namespace nixbuild::plugin {

namespace {

const OptionTable& docker_options() {
  static const OptionTable table{
      {.name = "config", .values = {"DIR"}},
      {.name = "context", .letter = 'c', .values = {"NAME"}},
      {.name = "debug", .letter = 'D'},
      {.name = "help", .letter = 'h'},
      {.name = "host", .letter = 'H', .values = {"HOST"}, .repeatable = true},
      {.name = "log-level", .letter = 'l', .values = {"LEVEL"}},
      {.name = "tls"},
      {.name = "tlscacert", .values = {"FILE"}},
      {.name = "tlscert", .values = {"FILE"}},
      {.name = "tlskey", .values = {"FILE"}},
      {.name = "tlsverify"},
      {.name = "version", .letter = 'v'},
  };
  return table;
}

// In their long form, which means the same in every version of the CLI. --help and --version ask
// for something else than what the flags are handed on for.
std::vector<std::string> canonical(const ParsedOptions& options) {
  std::vector<std::string> typed;
  for (const auto& [option, values] : options.given) {
    if (option->name == "help" || option->name == "version") continue;
    const std::string flag = "--" + std::string(option->name);
    if (!option->is_switch())
      typed.insert(typed.end(), {flag, values.front()});
    else
      typed.push_back(values.front() == "true" ? flag : flag + "=false");
  }
  return typed;
}

} // namespace

DockerFlags parse_docker_flags(std::span<const std::string> arguments) {
  const ParsedOptions options = parse_options(docker_options(), arguments, Until::first_word);
  DockerFlags result;
  context::GlobalFlags& flags = result.flags;
  flags.config_directory = options.value("config");
  flags.context = options.value("context");
  for (const auto& host : options.all("host"))
    flags.hosts.push_back(host.front());
  flags.log_level = options.value("log-level");
  flags.debug = options.is_on("debug");
  if (options.was_given("tls")) flags.tls = options.is_on("tls");
  if (options.was_given("tlsverify")) flags.tls_verify = options.is_on("tlsverify");
  flags.tls_ca_cert = options.value("tlscacert");
  flags.tls_cert = options.value("tlscert");
  flags.tls_key = options.value("tlskey");
  flags.as_typed = canonical(options);
  result.help = options.is_on("help");
  result.version = options.is_on("version");
  result.read_arguments = options.read_arguments;
  return result;
}

} // namespace nixbuild::plugin
