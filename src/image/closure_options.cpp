#include "image/closure_options.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace nixbuild::image {

namespace {

constexpr std::size_t fewest_layers = 2; // files around the store, store
constexpr std::size_t most_layers =
    125; // moby's graph drivers: daemon/internal/layer maxLayerDepth
constexpr std::size_t longest_component = 128;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[noreturn]] void refuse(std::string_view option, std::string_view value, std::string_view form) {
  throw Error(ErrorKind::invalid_input, format("{} \"{}\" is not {}", option, value, form));
}

std::optional<unsigned> port_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  if (number == 0 || number > 65535) return {};
  return number;
}

// Ranges are spelt out, as Dockerfile's EXPOSE does.
void add_ports(std::set<std::string>& ports, std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view protocol =
      slash == std::string_view::npos ? "tcp" : text.substr(slash + 1);
  const std::string_view range = text.substr(0, slash);
  const std::size_t dash = range.find('-');
  const auto first = port_number(range.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : port_number(range.substr(dash + 1));
  const bool known = protocol == "tcp" || protocol == "udp" || protocol == "sctp";
  if (!known || !first || !last || *first > *last) {
    refuse("--expose", text, "a port: PORT[-PORT][/tcp|/udp|/sctp]");
  }
  for (unsigned port = *first; port <= *last; ++port)
    ports.insert(format("{}/{}", port, protocol));
}

} // namespace

void apply_options(const ClosureImageOptions& options, ContainerConfig& config) {
  if (options.max_layers < fewest_layers || options.max_layers > most_layers) {
    refuse("--max-layers", std::to_string(options.max_layers),
           format("between {} and {}", fewest_layers, most_layers));
  }
  if (options.entrypoint) {
    config.entrypoint = *options.entrypoint;
    config.cmd.clear();
  }
  if (options.cmd) config.cmd = *options.cmd;
  for (const std::string& assignment : options.env) {
    if (assignment.find('=') == std::string::npos || assignment.starts_with('=')) {
      refuse("--env", assignment, "of the form NAME=VALUE");
    }
    set_variable(config.env, assignment);
  }
  for (const std::string& port : options.exposed_ports)
    add_ports(config.exposed_ports, port);
  for (const auto& [key, value] : options.labels) {
    if (key.empty()) refuse("--label", "=" + value, "of the form KEY=VALUE");
    config.labels.insert_or_assign(key, value);
  }
  if (!options.workdir.empty()) {
    if (!options.workdir.starts_with('/')) refuse("--workdir", options.workdir, "an absolute path");
    config.working_dir = options.workdir;
  }
  if (!options.user.empty()) config.user = options.user;
}

oci::Reference image_name(const ClosureImageOptions& options, std::string_view package) {
  const std::string text = options.name.value_or(repository_component(package));
  auto reference = oci::Reference::parse(text);
  if (!reference) {
    throw Error(ErrorKind::invalid_input,
                format("\"{}\" is no image name: {}", text, reference.error()))
        .with_hint("give one with --name REPOSITORY[:TAG]");
  }
  return std::move(*reference);
}

std::string repository_component(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size() && name.size() < longest_component;) {
    if (const char c = lower(text[i]); is_word(c)) {
      name += c;
      ++i;
      continue;
    }
    const std::size_t begin = i;
    while (i < text.size() && !is_word(lower(text[i])))
      ++i;
    if (name.empty() || i == text.size()) continue; // begins and ends with a word
    const std::string_view between = text.substr(begin, i - begin);
    name += between == "." || between == "_" || between == "__" ? between : "-";
  }
  return name.empty() ? "image" : name;
}

std::string_view package_of(std::string_view derivation_name) {
  for (std::size_t dash = derivation_name.find('-'); dash != std::string_view::npos;
       dash = derivation_name.find('-', dash + 1)) {
    if (dash + 1 == derivation_name.size()) break;
    const char next = lower(derivation_name[dash + 1]);
    if (next < 'a' || next > 'z') return derivation_name.substr(0, dash);
  }
  return derivation_name;
}

} // namespace nixbuild::image
